/** A process with the exporter whose event loop is blocked, and a socket that answers as PM2's daemon does. */
import type { ChildProcess } from 'node:child_process';
import type * as fs from 'node:fs';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type * as sourceModule from '../../src/collect/sources/source';
import type * as exporterModule from '../../src/exporter';
import type { Exporter } from '../../src/running';
import { RpcServer, type Packet } from '../core/pm2/rpc-server';
import { request } from '../end/ending-process';
import { runAsInstance } from '../in-child/instance';
import type { Ended } from '../in-child/run';
import { until } from '../support/until';

export interface App {
  /** Blocks the event loop in JavaScript: for so many milliseconds, or until that file is there. @returns for how many */
  block(until: number | string): number;
  /** The file that is there once the test has got that. */
  gate(of: Got): string;
  /** Resolves once the test has got that. */
  got(what: Got): Promise<void>;
  /** Resolves when the loop has turned for so long. */
  turn(ms: number): Promise<void>;
  readonly require: NodeJS.Require;
  /** Adds to its counter, and has the exporter collect. */
  count(by: number): Promise<void>;
  readonly exporter: Exporter;
  tell(value: unknown): void;
}

/** A report that the loop does not turn, one that it turns again, or numbers. */
export type Got = 'blocked' | 'turns' | 'lastMetrics';

export interface BlockedProcess {
  readonly ended: Ended;
  readonly reports: readonly Report[];
  readonly packets: readonly Packet[];
  /** What the exporter has logged. */
  readonly lines: readonly string[];
}

export interface Report {
  readonly v: number;
  readonly pid: number;
  readonly blockedMs: number;
  readonly turns: boolean;
  readonly stack?: string;
}

export interface BlockedOptions {
  readonly config?: object;
  readonly server?: RpcServer;
  /** Called with the first report. */
  readonly onReport?: (child: ChildProcess) => void;
  readonly execArgv?: readonly string[];
}

/** @param act what the app does once a metrics server has asked it, as text: it knows nothing but its parameter */
export async function blockedProcess(
  t: ExecutionContext,
  act: (app: App) => unknown,
  { config = {}, server = new RpcServer(), onReport, execArgv = [] }: BlockedOptions = {},
): Promise<BlockedProcess> {
  await server.start();
  t.teardown(() => server.remove());
  const gates = mkdtempSync(join(tmpdir(), 'blocked-'));
  t.teardown(() => rmSync(gates, { recursive: true }));
  const { behaviour } = server;
  server.behaviour = (packet, nth) => {
    const isReport = packet.topic === 'eventLoopBlocked';
    const got = !isReport ? packet.topic : (packet.data as Report).turns ? 'turns' : 'blocked';
    writeFileSync(join(gates, got), '');
    return behaviour(packet, nth);
  };
  const { address } = server;
  const daemon = address.kind === 'path' ? address.path : '';
  const of = (topic: string): Packet[] => server.received.filter((packet) => packet.topic === topic);
  const ended = await runAsInstance(
    t,
    ({ load, tell, require }, data) => {
      const { startExporter } = load('src/exporter') as typeof exporterModule;
      const { functionSource } = load('src/collect/sources/source') as typeof sourceModule;
      const line = (text: string): void => tell({ line: text });
      const logger = { debug: () => undefined, info: line, warn: line, error: line };
      const { scopeMetrics } = data as { scopeMetrics: { metrics: { dataPoints: { value: number }[] }[] }[] };
      const point = scopeMetrics[0]?.metrics[0]?.dataPoints[0] as { value: number };
      const config = JSON.parse(process.env['CONFIG'] ?? '{}') as object;
      const exporter = startExporter(
        functionSource(() => data),
        { intervalMs: 3_600_000, ...config },
        logger,
      );
      const alive = setInterval(() => undefined, 1000);
      const { existsSync } = require('node:fs') as typeof fs;
      const gate = (of: string): string => `${process.env['GATES']}/${of}`;
      const app: App = {
        block(until) {
          const begin = performance.now();
          const isOver = () => (typeof until === 'string' ? existsSync(until) : performance.now() - begin >= until);
          while (!isOver());
          return performance.now() - begin;
        },
        gate,
        async got(what) {
          while (!existsSync(gate(what))) await app.turn(20);
        },
        turn: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        require,
        count(by) {
          point.value += by;
          return exporter.flush();
        },
        exporter,
        tell,
      };
      process.on('message', (message: unknown) => {
        if (message !== 'act') return;
        // The function comes as text by the environment.
        const perform = (0, eval)(`(${process.env['ACT']})`) as (app: App) => unknown;
        void Promise.resolve(perform(app)).then(() => {
          clearInterval(alive);
          process.exit();
        });
      });
      tell('started');
    },
    {
      env: { PM2_DAEMON_RPC_PORT: daemon, ACT: act.toString(), CONFIG: JSON.stringify(config), GATES: gates },
      execArgv,
      onTold: (told, child) => {
        if (told !== 'started') return;
        child.send(request(5));
        void until('the answer', () => of('returnMetrics')[0]).then(() => child.connected && child.send('act'));
        if (onReport !== undefined)
          void until('a report', () => of('eventLoopBlocked')[0]).then(
            () => onReport(child),
            () => undefined,
          );
      },
    },
  );
  const packets = server.received;
  const lines = ended.told.flatMap((told) => (told as { line?: string } | null)?.line ?? []);
  return { ended, packets, lines, reports: of('eventLoopBlocked').map(({ data }) => data as Report) };
}

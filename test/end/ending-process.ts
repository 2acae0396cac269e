/** A process with the exporter that ends, and a socket that answers as PM2's daemon does and notes what is sent. */
import type { ChildProcess } from 'node:child_process';
import type { ExecutionContext } from 'ava';
import type * as exporterModule from '../../src/exporter';
import type { Exporter } from '../../src/running';
import type * as sourceModule from '../../src/collect/sources/source';
import { RpcServer, type Packet } from '../core/pm2/rpc-server';
import { runAsInstance } from '../in-child/instance';
import type { Ended } from '../in-child/run';
import { until } from '../support/until';

export interface App {
  /** Adds to its counter. */
  count(by: number): void;
  readonly exporter: Exporter;
  tell(value: unknown): void;
}

export interface Ending {
  readonly ended: Ended;
  /** The messages to metrics servers that it has sent without being asked. */
  readonly last: readonly Packet[];
  /** The answers before. */
  readonly answers: readonly Packet[];
}

export interface EndingOptions {
  /** What is sent to the process before it ends; an answer to each request is waited for. */
  readonly requests: readonly object[];
  readonly server?: RpcServer;
  /** Called once the answers are there. */
  readonly onAnswered?: (child: ChildProcess) => void;
  /** How long the process waits for its last numbers at the most: by default as long as a busy machine may need. */
  readonly endMs?: number;
}

/** @param act what the app does once it has been asked, as text: it knows nothing but its parameter */
export async function endingProcess(
  t: ExecutionContext,
  act: (app: App) => unknown,
  { requests, server = new RpcServer(), onAnswered, endMs = 30_000 }: EndingOptions,
): Promise<Ending> {
  await server.start();
  t.teardown(() => server.remove());
  const { address } = server;
  const daemon = address.kind === 'path' ? address.path : '';
  const ended = await runAsInstance(
    t,
    ({ load, tell }, data) => {
      const { startExporter } = load('src/exporter') as typeof exporterModule;
      const patience = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter patience at the end');
      (globalThis as Record<symbol, unknown>)[patience] = Number(process.env['LAST_NUMBERS_MS']);
      const { functionSource } = load('src/collect/sources/source') as typeof sourceModule;
      const logger = { ...console, info: () => undefined, debug: () => undefined };
      const { scopeMetrics } = data as { scopeMetrics: { metrics: { dataPoints: { value: number }[] }[] }[] };
      const point = scopeMetrics[0]?.metrics[0]?.dataPoints[0] as { value: number };
      const source = functionSource(() => data);
      const exporter = startExporter(source, { intervalMs: 3_600_000 }, logger);
      const alive = setInterval(() => undefined, 1000);
      process.on('message', (message: unknown) => {
        if (message !== 'act') return;
        clearInterval(alive);
        const app = { count: (by: number) => void (point.value += by), exporter, tell };
        // The function comes as text by the environment.
        const perform = (0, eval)(`(${process.env['ACT']})`) as (app: App) => unknown;
        void perform(app);
      });
      tell('started');
    },
    {
      env: { PM2_DAEMON_RPC_PORT: daemon, ACT: act.toString(), LAST_NUMBERS_MS: String(endMs) },
      onTold: (told, child) => {
        if (told !== 'started') return;
        for (const request of requests) child.send(request);
        const answered = () => (server.received.length >= requests.length ? true : undefined);
        void until('the answers', answered).then(() => {
          onAnswered?.(child);
          if (child.connected) child.send('act');
        });
      },
    },
  );
  const of = (topic: string): Packet[] => server.received.filter((packet) => packet.topic === topic);
  return { ended, last: of('lastMetrics'), answers: of('returnMetrics') };
}

/** A request of a metrics server that runs in this process. */
export function request(from: number, fields: object = {}): object {
  const data = { v: 2, form: 'snapshot' };
  return { topic: 'getMetrics', from, data, token: `token ${from}`, pid: process.pid, ...fields };
}

/** A metrics server in a process of its own, whose worker threads have real limits. */
import { execFileSync } from 'node:child_process';
import type * as fs from 'node:fs';
import type * as pinoModule from 'pino';
import type * as encoderModule from '../../core/encoder/encoder';
import type * as poolModule from '../src/cluster-pool';
import type * as sumsModule from '../src/cluster-sums';
import type * as serverModule from '../src/http/server';
import type * as liveModule from '../src/live/live';
import type * as clusterModule from '../src/metrics-cluster';
import type * as optionsModule from '../src/options/read-options';
import type * as storeModule from '../src/state-store';
import type * as stateLogModule from '../../core/state-log';
import { runInChild, type ChildOptions, type Host } from '../../test/in-child/run';

const UID = 54_321;

/** A process that tells a number gets it as its limit on processes and threads. */
const onTold: NonNullable<ChildOptions['onTold']> = (value, child) => {
  if (typeof value !== 'number') return;
  execFileSync('prlimit', ['--pid', String(child.pid), `--nproc=${value}:`], {
    ...(process.getuid?.() === 0 && { uid: UID }),
  });
};

/** A thread of the pool. */
interface EndedByTest {
  readonly piscina: { readonly threads: readonly { terminate(): Promise<unknown> }[] };
}

interface Told {
  /** Status of each answer. */
  readonly statuses: readonly number[];
  readonly lines: readonly string[];
}

/**
 * Runs a metrics server in which each scrape is a round with the same counters, each of one series.
 * @param plan what happens: a path is requested, a number becomes the limit on threads, `end` ends the thread,
 * `recover` requests metrics until there are some
 */
export async function serve(
  plan: readonly (string | number)[],
  { metrics, maxMemoryMb }: { metrics: number; maxMemoryMb: number },
) {
  const ended = await runInChild(
    async ({ load, require, tell }: Host, { plan, metrics, maxMemoryMb }) => {
      const { ClusterPool } = load('server/src/cluster-pool') as typeof poolModule;
      const { ClusterSums } = load('server/src/cluster-sums') as typeof sumsModule;
      const { createHttpServer } = load('server/src/http/server') as typeof serverModule;
      const { Live } = load('server/src/live/live') as typeof liveModule;
      const { MetricsCluster } = load('server/src/metrics-cluster') as typeof clusterModule;
      const { readOptions } = load('server/src/options/read-options') as typeof optionsModule;
      const { StateStore } = load('server/src/state-store') as typeof storeModule;
      const { StateLog } = load('core/state-log') as typeof stateLogModule;
      const { SnapshotEncoder } = load('core/encoder/encoder') as typeof encoderModule;
      const { pino } = require('pino') as typeof pinoModule;
      const { readFileSync, promises } = require('node:fs') as typeof fs;
      const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
      // libuv makes its own threads at their first use, and ends the process if it cannot.
      await Promise.all(Array.from({ length: 8 }, () => promises.readFile('/proc/self/limits')));
      if (process.getuid?.() === 0) process.setuid?.(54_321);

      const lines: string[] = [];
      const states = new StateLog({ info: (line) => lines.push(line), warn: (line) => lines.push(line) });
      const subject = { name: 'Starting worker threads', consequence: 'so scrapes are answered with errors' };
      const pool = new ClusterPool({
        ...{ threads: 1, maxMemoryMb, timeoutMs: 60_000 },
        onTrouble: (trouble) => states.report(subject, trouble),
      });
      const log = pino({ level: 'silent' });
      const labels = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };
      const store = new StateStore({ file: undefined, pool, log });
      const sums = new ClusterSums({ pool, store, rules: [], maxEndedSeries: 1, labels, known: () => [] });
      const point = { attributes: {}, startTime: [1, 0], endTime: [2, 0], value: 1 };
      const kind = { aggregationTemporality: 1, dataPointType: 3, isMonotonic: true, dataPoints: [point] };
      const metricList = Array.from({ length: metrics }, (_, id) => ({
        descriptor: { name: `orders_${id}`, description: '', unit: '', valueType: 1 },
        ...kind,
      }));
      const data = { resource: { attributes: {} }, scopeMetrics: [{ scope: { name: 'x' }, metrics: metricList }] };
      const encoder = new SnapshotEncoder({ maxSeries: 10_000_000 });
      const { snapshot } = await encoder.encode({ data: data as never, time: 1, intervalMs: 1, collectMs: 1 });
      const run = { app: 'shop', pmId: 0, key: 'a' };
      let count = 0;
      const ask = () => {
        const answers = [{ run, snapshot, bytes: 1, durationMs: 1, ageMs: 1 }];
        const errors = { late: 0 } as never;
        const round = ++count;
        return Promise.resolve({
          round,
          started: 1,
          durationMs: 1,
          processes: [],
          answers,
          silent: [],
          leaving: [],
          blocked: [],
          errors,
        });
      };
      const own = { labels, monitor: false, since: 0, store };
      const asked = { self: 9, includes: () => true };
      const cluster = new MetricsCluster({ rounds: { ask }, pool, sums, own, states, asked });
      const read = readOptions({ env: { PM2_METRICS_PORT: '0', PM2_HOME: '/' }, folder: '/' });
      if (!read.ok) throw new Error(read.problems.join());
      const live = new Live({
        ...{ version: '0', pool, asked, states },
        ask: (timeoutMs) => cluster.look(timeoutMs),
        sums: (result) => cluster.sumsOf(result),
        known: () => [],
      });
      const server = await createHttpServer({ options: read.options, cluster, live, log, version: '0' });
      const url = await server.listen();

      const statuses: number[] = [];
      for (const step of plan) {
        if (typeof step === 'number') {
          tell(step);
          while (!new RegExp(`Max processes +${step} `).test(readFileSync('/proc/self/limits', 'utf8')))
            await sleep(20);
          // The pause between two attempts.
          await sleep(1200);
        } else if (step === 'end') {
          const { threads } = (pool as unknown as { pool: { threads: Map<EndedByTest, unknown> } }).pool;
          await [...threads.keys()][0]?.piscina.threads[0]?.terminate();
        } else if (step === 'recover') {
          while (!(await fetch(`${url}metrics`)).ok) await sleep(200);
        } else {
          const response = await fetch(`${url}${step}`);
          statuses.push(response.status);
          await response.arrayBuffer().catch(() => undefined);
        }
      }
      await server.close();
      await pool.stop();
      tell({ statuses, lines });
      process.exit(0);
    },
    { plan, metrics, maxMemoryMb },
    { onTold },
  );
  return { ...ended, last: ended.told.at(-1) as Told };
}

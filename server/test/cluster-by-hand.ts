/** A metrics server without sockets: the rounds are made by hand, threads and log are real. */
import type { Readable } from 'node:stream';
import { pino } from 'pino';
import type { Format } from '../protocol/tasks';
import type { ClusterPool } from '../src/cluster-pool';
import { ClusterSums } from '../src/cluster-sums';
import { MetricsCluster } from '../src/metrics-cluster';
import { StateLog } from '../../core/state-log';
import type { RoundResult } from '../src/rounds/result';
import { StateStore } from '../src/state-store';
import type { Scraped } from '../src/view';

export interface World {
  readonly cluster: MetricsCluster;
  /** Sentences of the log. */
  readonly logged: string[];
  /** All calls of `ask`: milliseconds, and the instance. */
  readonly asked: (readonly [timeoutMs: number, only: number | undefined])[];
  /** Result of the next rounds. */
  next: RoundResult | Error;
  /** The text format. */
  text(what: Scraped): Promise<string>;
  bytes(what: Scraped, format: Format): Promise<Buffer>;
}

export function worldOf(pool: ClusterPool): World {
  const logged: string[] = [];
  const log = pino({}, { write: (line: string) => void logged.push((JSON.parse(line) as { msg: string }).msg) });
  const labels = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };
  const store = new StateStore({ file: undefined, pool, log });
  const sums = new ClusterSums({ pool, store, rules: [], maxEndedSeries: 1000, labels, known: () => [] });
  const world: World = {
    logged,
    asked: [],
    next: new Error('no round yet'),
    cluster: new MetricsCluster({
      rounds: {
        ask(timeoutMs, only) {
          world.asked.push([timeoutMs, only]);
          return world.next instanceof Error ? Promise.reject(world.next) : Promise.resolve(world.next);
        },
      },
      ...{ pool, sums, states: new StateLog(log) },
      asked: { self: 99, includes: ({ run }) => run.app !== 'left-out' },
      own: { labels, monitor: false, since: 0, store },
    }),
    text: async (what) => (await world.bytes(what, 'text')).toString(),
    bytes: async (what, format) => bytesOf(await world.cluster.scrape(what, { format, gzip: false }, 5000)),
  };
  return world;
}

async function bytesOf(stream: Readable): Promise<Buffer> {
  return Buffer.concat((await stream.toArray()) as Buffer[]);
}

/** Samples of one name: labels and value, without those of the scope. */
export function samples(text: string, name: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`))
    .map((line) => line.slice(name.length).replace(/,?otel_scope_name="[^"]*"|,?(?<=})\s\d{13}$/g, ''))
    .map((line) => line.replace('{,', '{'));
}

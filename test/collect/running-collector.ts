/** A collector with a real encoder, and a provider that behaves as a test wants it to. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import type { Snapshot } from '../../core/snapshot';
import { Collector } from '../../src/collect/collector';
import type { MetricsSource } from '../../src/collect/sources/source';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { StateLog } from '../../core/state-log';
import { collected, counter, point } from '../core/encoder/collections';
import { until } from '../support/until';

export interface Provider {
  collect(): unknown;
}

export interface RunningCollector {
  /** The provider of metrics; `undefined` where the service is missing. */
  provider: Provider | undefined;
  readonly collector: Collector;
  readonly snapshots: readonly Snapshot[];
  /** Of each of the snapshots, whether it is interim. */
  readonly interim: readonly boolean[];
  readonly log: readonly string[];
  /** Waits for that many more looks at its interval, whether it collects or not. */
  ticks(count: number): Promise<void>;
  onSnapshot: (snapshot: Snapshot) => void;
  /** Waits for that many more snapshots. */
  more(count: number): Promise<Snapshot>;
  /** Waits for that many log lines. */
  lines(count: number): Promise<readonly string[]>;
}

export function metrics(value = 1, ...others: readonly object[]): unknown {
  return collected(counter('c', [point({}, value)]), ...others).data;
}

export interface Options {
  readonly intervalMs?: number;
  /** By default the interval is never stretched. */
  readonly maxCollectLoad?: number;
  readonly maxSeries?: number;
}

/** Starts collecting. */
export function startCollector(
  t: ExecutionContext,
  provider: Provider | undefined,
  options: Options = {},
): RunningCollector {
  const { intervalMs = 10, maxCollectLoad = Infinity, maxSeries = 1000 } = options;
  const snapshots: Snapshot[] = [];
  const interim: boolean[] = [];
  const log: string[] = [];
  let ticks = 0;
  const note = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const source: MetricsSource = {
    provider() {
      if (bench.provider === undefined) throw new Error('the service is missing');
      return bench.provider;
    },
    collect: (asked) => (asked as Provider).collect(),
  };
  const collector = new Collector({
    source,
    encoder: new SnapshotEncoder({ maxSeries }),
    intervalMs,
    maxCollectLoad,
    maxSeries,
    logger,
    states: new StateLog(logger),
    onInterval: () => ticks++,
    onSnapshot: (snapshot, isInterim) => {
      snapshots.push(snapshot);
      interim.push(isInterim);
      bench.onSnapshot(snapshot);
    },
  });
  const bench: RunningCollector = {
    provider,
    collector,
    snapshots,
    interim,
    log,
    onSnapshot: () => undefined,
    async ticks(count) {
      const enough = ticks + count;
      while (ticks < enough) await sleep(5);
    },
    async more(count) {
      const enough = snapshots.length + count;
      await until(`${count} snapshots`, () => (snapshots.length >= enough ? true : undefined));
      return snapshots.at(-1) as Snapshot;
    },
    async lines(count) {
      await until(`${count} log lines`, () => (log.length >= count ? true : undefined));
      return log;
    },
  };
  t.teardown(() => collector.stop());
  collector.start();
  return bench;
}

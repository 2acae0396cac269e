/**
 * Takes a snapshot per interval, with one collection at a time. A collection that takes longer than the interval is
 * waited for. It is given up when its provider has been replaced, or when it has taken so long that it will not end.
 */
import type { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';
import type { Snapshot } from '../../core/snapshot';
import { messageOf } from '../../core/values';
import type { Logger } from '../logger';
import type { StateLog } from '../state-log';
import { CollectLoad } from './load';
import type { MetricsSource } from './source';

export interface CollectorOptions {
  readonly source: MetricsSource;
  readonly encoder: SnapshotEncoder;
  readonly intervalMs: number;
  readonly maxCollectLoad: number;
  /** The encoder's limit, for the log. */
  readonly maxSeries: number;
  readonly logger: Logger;
  readonly states: StateLog;
  readonly onSnapshot: (snapshot: Snapshot) => void;
}

const COLLECTING = { name: 'Collecting metrics', consequence: 'so the last numbers stay until the next try succeeds' };

/** A collection that takes longer is reported in the log. */
const HANGING_MS = 15_000;
/** A collection that takes longer is given up, and another one is started. */
const GIVE_UP_MS = 30_000;
/** While so many collections that were given up have not ended, no further one is given up: each may hold memory. */
const MAX_GIVEN_UP = 5;

interface Collection {
  readonly provider: object;
  /** By `performance.now()`. */
  readonly startedAt: number;
}

export class Collector {
  private readonly load: CollectLoad;
  private timer: NodeJS.Timeout | undefined;
  /** The collection whose result counts. */
  private current: Collection | undefined;
  /** Collections that have not ended though their results do not count any more. */
  private readonly givenUp = new Set<Collection>();
  /** The encoder writes one snapshot at a time: resolves when it is done with the last one, given up or not. */
  private encoding: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: CollectorOptions) {
    this.load = new CollectLoad(options.intervalMs, options.maxCollectLoad);
  }

  /** Starts the first collection in the next turn of the event loop. */
  start(): void {
    this.schedule(0);
  }

  /** Repeatable. A collection under way has no further effect. */
  stop(): void {
    this.stopped = true;
    this.current = undefined;
    clearTimeout(this.timer);
  }

  private schedule(delayMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tick(), delayMs);
    this.timer.unref();
  }

  private tick(): void {
    const now = performance.now();
    this.schedule(this.load.currentIntervalMs);
    const provider = this.findProvider();
    if (this.current !== undefined) this.giveUpIfLost(this.current, provider, now);
    if (this.current === undefined && provider !== undefined) void this.collect({ provider, startedAt: now });
  }

  private findProvider(): object | undefined {
    try {
      return this.options.source.provider();
    } catch (error) {
      this.report(messageOf(error));
      return undefined;
    }
  }

  /** A missing provider is no reason to give up: the result may still come. */
  private giveUpIfLost(collection: Collection, provider: object | undefined, now: number): void {
    if (provider === undefined || provider === collection.provider) {
      const tookMs = now - collection.startedAt;
      if (tookMs >= HANGING_MS) this.report(`the source of the metrics has not answered for ${HANGING_MS / 1000} s`);
      if (tookMs < GIVE_UP_MS || this.givenUp.size >= MAX_GIVEN_UP) return;
    } else {
      this.options.logger.debug('The source of the metrics was replaced: the collection under way is given up');
    }
    this.givenUp.add(collection);
    this.current = undefined;
  }

  private async collect(collection: Collection): Promise<void> {
    this.current = collection;
    try {
      const time = Date.now();
      const before = performance.eventLoopUtilization();
      const data = (await this.options.source.collect(collection.provider)) as ResourceMetrics;
      const { active } = performance.eventLoopUtilization(before);
      if (this.current !== collection) return;
      this.addLoad(active);
      const encoded = this.encoding.then(() => this.encode(data, time));
      this.encoding = encoded.catch(() => undefined);
      await encoded;
      this.report(undefined);
    } catch (error) {
      if (this.current === collection) this.report(messageOf(error));
    } finally {
      if (this.current === collection) this.current = undefined;
      this.givenUp.delete(collection);
    }
  }

  private async encode(data: ResourceMetrics, time: number): Promise<void> {
    if (this.stopped) return;
    const { currentIntervalMs: intervalMs, costMs: collectMs } = this.load;
    const { snapshot, leftOut, problems } = await this.options.encoder.encode({ data, time, intervalMs, collectMs });
    if (this.stopped) return;
    this.warnOfLeftOut(leftOut, problems);
    this.options.onSnapshot(snapshot);
  }

  private warnOfLeftOut(leftOut: number, problems: readonly string[]): void {
    const { states, maxSeries } = this.options;
    for (const problem of problems) states.warnOnce(problem, `A metric is not exported: ${problem}`);
    if (leftOut === 0) return;
    const remedy = 'Use fewer attribute values, or raise maxSeries';
    states.warnOnce(
      'maxSeries',
      `${leftOut} series are not exported: there are more than ${maxSeries} (maxSeries). ${remedy}`,
    );
  }

  private addLoad(activeMs: number): void {
    const { maxCollectLoad, states } = this.options;
    const before = this.load.currentIntervalMs;
    this.load.add(activeMs);
    const after = this.load.currentIntervalMs;
    if (after > before) {
      const cost = `collecting takes ${Math.round(this.load.costMs)} ms of the main thread`;
      const limit = `which may spend a share of ${maxCollectLoad} of its time on it (maxCollectLoad)`;
      states.warnOnce(
        'interval',
        `Metrics are collected every ${after} ms only: ${cost}, ${limit}. Use fewer series, or raise maxCollectLoad`,
      );
    }
    if (after !== before) this.schedule(after);
  }

  private report(trouble: string | undefined): void {
    if (!this.stopped) this.options.states.report(COLLECTING, trouble);
  }
}

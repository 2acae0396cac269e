/**
 * Takes a snapshot per interval. One collection at a time: one that is still under way is waited for, and given up
 * only when its provider has been replaced by another, or when it has taken so long that it will not end.
 */
import type { ResourceMetrics } from '../../core/otel';
import type { Snapshot } from '../../core/snapshot';
import { messageOf } from '../../core/values';
import type { Logger } from '../logger';
import type { SnapshotEncoder } from '../../core/encoder/encoder';
import type { StateLog } from '../state-log';
import { CollectLoad } from './load';
import type { MetricsSource } from './source';

export interface CollectorOptions {
  readonly source: MetricsSource;
  readonly encoder: SnapshotEncoder;
  readonly intervalMs: number;
  readonly maxCollectLoad: number;
  readonly maxSeries: number;
  readonly logger: Logger;
  readonly states: StateLog;
  readonly onSnapshot: (snapshot: Snapshot) => void;
}

/** A collection that takes longer is worth a line in the log. */
const HANGING_MS = 15_000;

/** A collection that takes longer than this is taken for lost, and another one is begun. */
const PATIENCE_MS = 30_000;
/** Lost collections that have not ended; with so many no other is begun, since each of them may hold memory. */
const MAX_LOST = 5;

interface Collection {
  readonly provider: object;
  readonly startedAt: number;
  lost: boolean;
}

export class Collector {
  private readonly load: CollectLoad;
  private timer: NodeJS.Timeout | undefined;
  /** The collection whose outcome counts. */
  private current: Collection | undefined;
  /** Ends when the last snapshot has been written, also one of a collection that was given up. */
  private encoding: Promise<void> = Promise.resolve();
  private lost = 0;
  private stopped = false;

  constructor(private readonly options: CollectorOptions) {
    this.load = new CollectLoad(options.intervalMs, options.maxCollectLoad);
  }

  start(): void {
    this.schedule(0);
  }

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
    const startedAt = performance.now();
    this.schedule(this.load.currentIntervalMs);
    const provider = this.findProvider();
    if (this.current !== undefined && !this.isLost(this.current, provider, startedAt)) return;
    if (provider === undefined) return;
    const collection = { provider, startedAt, lost: false };
    this.current = collection;
    void this.collect(collection);
  }

  /** Whether the collection under way is to be waited for no longer. */
  private isLost(collection: Collection, provider: object | undefined, now: number): boolean {
    if (provider === undefined || provider === collection.provider) {
      const waited = now - collection.startedAt;
      if (waited >= HANGING_MS) this.report('a collection takes very long');
      if (waited < PATIENCE_MS || this.lost >= MAX_LOST) return false;
    } else this.options.logger.debug('The metrics come from another provider now: a collection is given up');
    collection.lost = true;
    this.lost++;
    return true;
  }

  private findProvider(): object | undefined {
    try {
      return this.options.source.provider();
    } catch (error) {
      this.report(messageOf(error));
      return undefined;
    }
  }

  private async collect(collection: Collection): Promise<void> {
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
      if (collection.lost) this.lost--;
    }
  }

  private async encode(data: ResourceMetrics, time: number): Promise<void> {
    if (this.stopped) return;
    const { currentIntervalMs: intervalMs, costMs: collectMs } = this.load;
    const { snapshot, problems } = await this.options.encoder.encode({ data, time, intervalMs, collectMs });
    if (this.stopped) return;
    for (const problem of problems) this.options.states.once(problem, `Left out: ${problem}`);
    const { droppedSeries } = snapshot.stats;
    if (droppedSeries > 0 && problems.length === 0) {
      const limit = `there are more than ${this.options.maxSeries} series (maxSeries)`;
      this.options.states.once('maxSeries', `${droppedSeries} series are left out: ${limit}`);
    }
    this.options.onSnapshot(snapshot);
  }

  private addLoad(activeMs: number): void {
    const before = this.load.currentIntervalMs;
    this.load.add(activeMs);
    const after = this.load.currentIntervalMs;
    if (after > before) {
      const cost = `collecting takes ${Math.round(this.load.costMs)} ms of the main thread's time`;
      const limit = `at most a share of ${this.options.maxCollectLoad} of it (maxCollectLoad)`;
      this.options.states.once('interval', `The interval is stretched to ${after} ms: ${cost}, which may be ${limit}`);
    }
    if (after !== before) this.schedule(after);
  }

  private report(trouble: string | undefined): void {
    if (!this.stopped) this.options.states.report('Collecting metrics', trouble);
  }
}

/**
 * Takes a snapshot per interval, with one collection at a time. A collection that takes longer than the interval is
 * waited for. It is given up when its provider has been replaced, or when it has taken so long that it will not end.
 */
import type { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';
import type { Snapshot } from '../../core/snapshot';
import { messageOf } from '../../core/values';
import type { Logger } from '../logger';
import type { StateLog } from '../../core/state-log';
import { CollectLoad } from './load';
import { warnOfOverflow } from './overflow';
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
  /** Called once per interval, where the last snapshot is older than it should be, with its age in milliseconds. */
  readonly onOld?: (ageMs: number) => void;
  /** Called once per interval. */
  readonly onInterval?: () => void;
}

const COLLECTING = { name: 'Collecting metrics', consequence: 'so the last numbers stay until the next try succeeds' };

/** A collection that takes longer is reported in the log. */
const HANGING_MS = 15_000;
/**
 * A collection that takes longer is given up, and another one is started. Each collection that was given up and has not
 * ended may hold memory at its source, so with each of them the next one is waited for twice as long: 5 of them after
 * 16 minutes, 12 after a day, 20 after a year.
 */
const GIVE_UP_MS = 30_000;
/** A snapshot is old when so many intervals, and {@link HANGING_MS}, have passed since its collection. */
const OLD_INTERVALS = 3;

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
  /** Resolves when the last collection that was started has ended. */
  private underWay: Promise<void> = Promise.resolve();
  /** Collections that have not ended though their results do not count any more. */
  private readonly givenUp = new Set<Collection>();
  /** When the collection of the last snapshot has started, by `performance.now()`. */
  private latest: number | undefined;
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

  /** Takes one more snapshot, after a collection that is under way. Resolves when it is handed over, or has failed. */
  async flush(): Promise<void> {
    await this.underWay;
    const provider = this.stopped ? undefined : this.findProvider();
    if (provider === undefined || this.current !== undefined) return;
    this.underWay = this.collect({ provider, startedAt: performance.now() });
    await this.underWay;
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
    this.tellOfInterval(now);
    const provider = this.findProvider();
    if (this.current !== undefined) this.giveUpIfLost(this.current, provider, now);
    if (this.current === undefined && provider !== undefined) {
      this.underWay = this.collect({ provider, startedAt: now });
    }
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
      if (tookMs >= HANGING_MS) {
        const silent = `the source of the metrics has not answered for ${HANGING_MS / 1000} s`;
        this.report(`${silent}. It is asked again after pauses that grow`);
      }
      if (tookMs < GIVE_UP_MS * 2 ** this.givenUp.size) return;
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
      this.options.source.accept?.(data);
      this.addLoad(active);
      const encoded = this.encoding.then(() => this.encode(data, time, collection));
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

  private async encode(data: ResourceMetrics, time: number, { startedAt }: Collection): Promise<void> {
    if (this.stopped) return;
    const { currentIntervalMs: intervalMs, costMs: collectMs } = this.load;
    const { snapshot, leftOut, problems, overflowed } = await this.options.encoder.encode({
      data,
      time,
      intervalMs,
      collectMs,
    });
    if (this.stopped) return;
    this.warnOfLeftOut(leftOut, problems);
    warnOfOverflow(overflowed, this.options.states);
    this.latest = startedAt;
    this.options.onSnapshot(snapshot);
  }

  private tellOfInterval(now: number): void {
    const { onInterval, onOld } = this.options;
    try {
      onInterval?.();
      const ageMs = now - (this.latest ?? now);
      if (ageMs > Math.max(HANGING_MS, OLD_INTERVALS * this.load.currentIntervalMs)) onOld?.(ageMs);
    } catch (error) {
      this.options.logger.debug('What is done once per interval has failed:', error);
    }
  }

  private warnOfLeftOut(leftOut: number, problems: readonly string[]): void {
    const { states, maxSeries } = this.options;
    states.warnAlike('A metric is not exported', problems);
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

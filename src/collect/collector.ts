/**
 * Takes a snapshot per interval, and further ones for requests, with one collection at a time. A collection that takes
 * longer than the interval is waited for. It is given up when its provider has been replaced, or when it has taken so
 * long that it will not end.
 */
import type { Encoding } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';
import type { Snapshot } from '../../core/snapshot';
import { messageOf } from '../../core/values';
import type { Logger } from '../logger';
import { CollectLog, type CollectLogOptions } from './collect-log';
import { CollectLoad } from './load';
import { warnOfOverflow } from './overflow';
import { collectedSettled } from './sources/resource';
import type { MetricsSource } from './sources/source';

export interface CollectorOptions extends CollectLogOptions {
  readonly source: MetricsSource;
  readonly encoder: Encoding;
  readonly intervalMs: number;
  readonly logger: Logger;
  /** @param isInterim whether it was collected for a request, and does not end an interval */
  readonly onSnapshot: (snapshot: Snapshot, isInterim: boolean) => void;
  /** Called once per interval, where the last snapshot is older than it should be, with its age in milliseconds. */
  readonly onOld?: (ageMs: number) => void;
  /** Called once per interval. */
  readonly onInterval?: () => void;
}

/** A collection that takes longer is reported in the log. */
const HANGING_MS = 15_000;
/**
 * A collection that takes longer is given up, and another one is started. Each collection that was given up and has not
 * ended may hold memory at its source, so with each of them the next one is waited for twice as long: 5 of them after
 * 16 minutes, 11 after a day, 20 after a year.
 */
const GIVE_UP_MS = 30_000;
/** Nothing waits for a collection that has taken longer. */
const SLOW_MS = 1000;
/** A snapshot is old when so many intervals, and {@link HANGING_MS}, have passed since its collection. */
const OLD_INTERVALS = 3;

interface Collection {
  readonly provider: object;
  /** By `performance.now()`. */
  readonly startedAt: number;
  readonly isForRequest: boolean;
}

export interface CollectedData {
  readonly data: ResourceMetrics;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly isInterim?: boolean;
}

export class Collector {
  private readonly load: CollectLoad;
  private timer: NodeJS.Timeout | undefined;
  /** The collection whose result counts. */
  private current: Collection | undefined;
  /** The one that has begun last. */
  private last: Collection | undefined;
  /** The end of the one that has begun last, however it ends. */
  private lastEnd: Promise<void> = Promise.resolve();
  /** Collections that have not ended though their results do not count any more. */
  private readonly givenUp = new Set<Collection>();
  /** The latest snapshot, and when its collection has started, by `performance.now()`. */
  private latest: { readonly snapshot: Snapshot; readonly startedAt: number } | undefined;
  /** What has been collected, until the encoder gets it. */
  private data: CollectedData | undefined;
  private answersAtOnce = false;
  /** The encoder writes one snapshot at a time: resolves when it is done with the last one, given up or not. */
  private encoding: Promise<void> = Promise.resolve();
  private finishing = false;
  private stopped = false;
  private readonly log: CollectLog;

  constructor(private readonly options: CollectorOptions) {
    this.log = new CollectLog(options);
    this.load = new CollectLoad(options.intervalMs, options.maxCollectLoad);
  }

  /** Starts the first collection in the next turn of the event loop. */
  start(): void {
    this.schedule(0);
  }

  /** Ends the collections of the interval, and the log lines. Collections that are asked for are still made. */
  finish(): void {
    this.finishing = true;
    clearTimeout(this.timer);
  }

  /** Repeatable. A collection under way has no further effect. */
  stop(): void {
    this.finish();
    if (!this.stopped) this.log.guard('release', () => this.options.source.release?.());
    this.stopped = true;
    this.current = undefined;
  }

  /** The latest snapshot. */
  get snapshot(): Snapshot | undefined {
    return this.latest?.snapshot;
  }

  /** Data of a collection that has ended, which the encoder does not have yet. */
  get unencoded(): CollectedData | undefined {
    return this.data;
  }

  /** Whether the last collection gave its data at once, and not as a promise. */
  get isImmediate(): boolean {
    return this.answersAtOnce;
  }

  /** The interval in force, and what a collection takes of the main thread's time. */
  get timing(): { readonly intervalMs: number; readonly collectMs: number } {
    return { intervalMs: this.load.currentIntervalMs, collectMs: this.load.costMs };
  }

  /** Takes one more snapshot, after a collection that is under way. Resolves when it is handed over, or has failed. */
  async flush(): Promise<void> {
    await this.lastEnd;
    if (this.stopped) return;
    // One that has begun meanwhile, such as for another flush, has all that is wanted.
    if (this.current !== undefined) return this.lastEnd;
    const provider = this.findProvider();
    if (provider !== undefined) await this.begin({ provider, startedAt: performance.now(), isForRequest: false });
  }

  /**
   * Makes sure that the latest snapshot is of a collection that has begun after that moment (by `performance.now()`), if
   * `maxCollectLoad` allows it. Requests that wait together share one collection.
   * @param isLast the last collection of a process is made whatever it takes
   * @returns what to wait for before the latest snapshot is taken; `undefined` where there is nothing to wait for
   */
  refresh(since: number, { isLast } = { isLast: false }): Promise<void> | undefined {
    if (this.stopped || (this.latest?.startedAt ?? -Infinity) >= since) return undefined;
    const now = performance.now();
    const { current } = this;
    if (current !== undefined) {
      if (now - current.startedAt > SLOW_MS) return undefined;
      return current.startedAt >= since ? this.lastEnd : this.lastEnd.then(() => this.refresh(since, { isLast }));
    }
    if (!isLast && !this.isAllowed(now)) return undefined;
    const provider = this.findProvider();
    return provider && this.begin({ provider, startedAt: now, isForRequest: true });
  }

  private isAllowed(now: number): boolean {
    return this.load.allows(now - (this.last?.startedAt ?? -Infinity));
  }

  private schedule(delayMs: number): void {
    if (this.finishing) return;
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
    if (this.current !== undefined || provider === undefined) return;
    if (this.last?.isForRequest === true && !this.isAllowed(now)) this.endInterval();
    else void this.begin({ provider, startedAt: now, isForRequest: false });
  }

  /** A snapshot that is so recent that the load allows no other one serves the interval too. */
  private endInterval(): void {
    if (this.latest === undefined) return;
    this.options.encoder.endInterval();
    this.options.onSnapshot(this.latest.snapshot, false);
  }

  private begin(collection: Collection): Promise<void> {
    this.current = collection;
    this.last = collection;
    this.lastEnd = this.collect(collection);
    return this.lastEnd;
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
    try {
      const time = Date.now();
      const before = performance.eventLoopUtilization();
      const answer = this.options.source.collect(collection.provider);
      this.answersAtOnce = !isThenable(answer);
      const data = (await answer) as ResourceMetrics;
      const { active } = performance.eventLoopUtilization(before);
      const settling = collectedSettled(data);
      if (settling !== undefined) await settling;
      if (this.current !== collection) return;
      // What encoding will take is not known yet: the last one stands for it.
      this.addLoad(active + this.options.encoder.encodingMs);
      this.log.guard('accept', () => this.options.source.accept?.(data));
      this.data = { data, time, isInterim: collection.isForRequest };
      const encoded = this.encoding.then(() => this.encode(data, time, collection));
      this.encoding = encoded.catch(() => undefined);
      await encoded;
      // One that was given up says nothing of the provider that there is now.
      if (this.current === collection) this.report(undefined);
    } catch (error) {
      if (this.current === collection) this.report(messageOf(error));
    } finally {
      if (this.current === collection) this.current = undefined;
      this.givenUp.delete(collection);
    }
  }

  private async encode(data: ResourceMetrics, time: number, { startedAt, isForRequest }: Collection): Promise<void> {
    if (this.stopped) return;
    this.data = undefined;
    const { encoder, states } = this.options;
    const { snapshot, leftOut, forgotten, problems, overflowed } = await encoder.encode({
      data,
      time,
      isInterim: isForRequest,
      ...this.timing,
    });
    if (this.stopped) return;
    if (!this.finishing) {
      this.log.warnOfLeftOut(leftOut, problems);
      warnOfOverflow(overflowed, states);
      this.log.tellOfForgotten(forgotten);
    }
    this.latest = { snapshot, startedAt };
    this.options.onSnapshot(snapshot, isForRequest);
  }

  private tellOfInterval(now: number): void {
    const { onInterval, onOld } = this.options;
    try {
      onInterval?.();
      const ageMs = now - (this.latest?.startedAt ?? now);
      if (ageMs > Math.max(HANGING_MS, OLD_INTERVALS * this.load.currentIntervalMs)) onOld?.(ageMs);
    } catch (error) {
      this.options.logger.debug('What is done once per interval has failed:', error);
    }
  }

  private addLoad(activeMs: number): void {
    const before = this.load.currentIntervalMs;
    this.load.add(activeMs);
    const after = this.load.currentIntervalMs;
    if (after > before) this.log.warnOfInterval(after, this.load.costMs);
    if (after !== before) this.schedule(after);
  }

  private report(trouble: string | undefined): void {
    if (!this.finishing) this.log.report(trouble);
  }
}

export function isThenable(answer: unknown): boolean {
  return typeof (answer as { readonly then?: unknown } | null | undefined)?.then === 'function';
}

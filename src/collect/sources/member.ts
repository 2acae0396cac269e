/** One of several sources: when it is asked, what it has answered, and what stands for it while it does not answer. */
import { messageOf } from '../../../core/values';
import { byTemporality, isPromiseLike, readForeign, type ForeignCollection } from './foreign-collection';
import { collectedSettled } from './resource';
import type { MetricsSource } from './source';

/** How long the other sources wait for one. Mashroom's collector takes 2.5 s where an observable hangs. */
export const DEADLINE_MS = 5_000;
/**
 * A collection that takes longer is given up, and another one is started. As in the collector, each one that was given up
 * and has not ended makes the next one wait for twice as long.
 */
const GIVE_UP_MS = 30_000;

const SLOW = `it has not answered within ${DEADLINE_MS / 1000} s. The other sources do not wait for it any more`;

interface Pending {
  readonly provider: object;
  /** By `performance.now()`. */
  readonly startedAt: number;
  readonly done: Promise<void>;
}

export class Member {
  /** What is wrong with it; `undefined` where it works. */
  trouble: string | undefined;
  private pending: Pending | undefined;
  private readonly givenUp = new Set<Pending>();
  /**
   * What is not handed over yet, the oldest first. Of a source that accumulates each collection counts; of another one, and
   * of one that repeats what was not accepted, only the latest does.
   */
  private ready: ForeignCollection[] = [];
  /** What stands for the source when there is nothing new: without numbers that would be added up twice. */
  private last: ForeignCollection | undefined;
  /** Whether its last collection has missed the deadline. */
  private slow = false;
  /** Whether its last collection gave its data at once. */
  private answersAtOnce = false;
  /** What was handed over last, as the source has returned it. */
  private handed: unknown;

  /**
   * @param label what log lines call it
   * @param mostScopes how many scopes one collection may have
   */
  constructor(
    private readonly source: MetricsSource,
    readonly label: string,
    private readonly mostScopes: () => number,
  ) {}

  get isReady(): boolean {
    return this.ready.length > 0;
  }

  /** Resolves when the collection under way has ended; never rejects. */
  get underWay(): Promise<void> | undefined {
    return this.pending?.done;
  }

  private get eachCounts(): boolean {
    return this.source.accumulates === true && this.source.accept === undefined;
  }

  /**
   * Starts a collection, but not while another one is under way, and not before what it has answered is handed over.
   * @returns what to wait for
   */
  ask(): Promise<void> | undefined {
    let provider: object;
    try {
      provider = this.source.provider();
    } catch (error) {
      this.trouble = messageOf(error);
      return undefined;
    }
    this.giveUpIfLost(provider);
    if (this.pending === undefined && !this.isReady) this.start(provider);
    return this.slow ? undefined : this.underWay;
  }

  /** Call this where the deadline has passed. */
  noteDeadline(): void {
    if (this.pending === undefined) return;
    this.slow = true;
    this.trouble = SLOW;
  }

  /** Hands over what is new, else what there was last. */
  take(): ForeignCollection | undefined {
    const next = this.ready.shift();
    if (next !== undefined) this.keep(next);
    return next ?? this.last;
  }

  /** Collects without waiting, and hands over all that there is. */
  takeNow(): readonly ForeignCollection[] {
    const before = this.ready;
    this.ready = [];
    const now = this.collectNow();
    const latest = now ?? before.pop();
    if (latest === undefined) return this.last === undefined ? [] : [this.last];
    this.keep(latest);
    if (!this.eachCounts) return [latest];
    const deltas = before.map((one) => ({ ...one, scopeMetrics: byTemporality(one.scopeMetrics).deltas }));
    return [...deltas, latest];
  }

  /** What was handed over is going to be used. */
  accept(): void {
    const { handed } = this;
    this.handed = undefined;
    if (handed !== undefined) this.source.accept?.(handed);
  }

  release(): void {
    this.source.release?.();
  }

  private keep(collection: ForeignCollection): void {
    if (this.source.accept !== undefined) this.handed = collection.data;
    const { scopeMetrics } = collection;
    const stays = this.source.accumulates === true ? byTemporality(scopeMetrics).others : scopeMetrics;
    this.last = { ...collection, scopeMetrics: stays, data: undefined };
  }

  private collectNow(): ForeignCollection | undefined {
    const { source } = this;
    try {
      if (source.collectNow !== undefined) return readForeign(source.collectNow(source.provider()), this.mostScopes());
      if (!this.answersAtOnce || this.pending !== undefined) return undefined;
      const answer = source.collect(source.provider());
      if (!isPromiseLike(answer)) return readForeign(answer, this.mostScopes());
      void Promise.resolve(answer).catch(() => undefined);
    } catch {
      // The process exits: its last numbers are better than none.
    }
    return undefined;
  }

  private giveUpIfLost(provider: object): void {
    const { pending } = this;
    if (pending === undefined) return;
    const tookMs = performance.now() - pending.startedAt;
    if (provider === pending.provider && tookMs < GIVE_UP_MS * 2 ** this.givenUp.size) return;
    this.givenUp.add(pending);
    this.pending = undefined;
  }

  private start(provider: object): void {
    let end: () => void = () => undefined;
    const done = new Promise<void>((resolve) => (end = resolve));
    const pending = { provider, startedAt: performance.now(), done };
    this.pending = pending;
    void this.collect(pending).then(end);
  }

  private async collect(pending: Pending): Promise<void> {
    try {
      const answer = this.source.collect(pending.provider);
      this.answersAtOnce = !isPromiseLike(answer);
      const data = await answer;
      const settling = collectedSettled(data);
      if (settling !== undefined) await settling;
      this.note(readForeign(data, this.mostScopes()), pending);
    } catch (error) {
      if (this.pending === pending) this.trouble = messageOf(error);
    }
    this.givenUp.delete(pending);
    if (this.pending === pending) this.pending = undefined;
  }

  private note(collection: ForeignCollection, pending: Pending): void {
    const isCurrent = this.pending === pending;
    if (this.eachCounts) this.ready.push(collection);
    else if (isCurrent) this.ready = [collection];
    if (!isCurrent) return;
    this.slow = performance.now() - pending.startedAt > DEADLINE_MS;
    this.trouble = this.slow ? SLOW : undefined;
  }
}

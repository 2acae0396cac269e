/**
 * Watches from a worker thread whether the event loop of the main thread turns. While it does not, the metrics servers are
 * told since when, and get the last numbers that they do not have.
 *
 * Only time that this thread has seen pass counts: a process that was stopped as a whole (SIGSTOP, a suspended host) makes
 * no claim.
 */
import { threadId } from 'node:worker_threads';
import type { Snapshot } from '../../core/snapshot';
import type { ReplyResult, ReplyTask } from '../../protocol/tasks';
import {
  BEAT_MS,
  BLOCKED_SINCE,
  INSPECTING,
  KEPT,
  STACK_BYTES,
  TURNED_AT,
  WATCHER,
  type Watch,
} from '../../protocol/watch';
import { sendLast } from '../last';
import type { Outbox } from '../outbox';
import { sendReport } from './report';
import { takeStack } from './stack';

/** So long without a turn is worth a report. */
const BLOCKED_MS = 2000;
/** So much counts at the most of the time between two looks. */
const MOST_PER_LOOK_MS = 1.5 * BEAT_MS;
const REPEAT_MS = 5000;
const NUMBERS_MS = 10_000;
const MAX_FRAMES = 30;
/** How long the main thread may take to forget a session with its inspector that has ended. */
const FORGETTING_MS = 300;

interface Blocked {
  readonly since: bigint;
  readonly watch: Watch;
  stack: string | undefined;
  /** By `performance.now()`. */
  reportedAt: number;
}

export class Watcher {
  private watch: Watch | undefined;
  private snapshot: Snapshot | undefined;
  private timer: NodeJS.Timeout | undefined;
  /** Generations that this thread has sent, by pm_id: the main thread hears of it later. */
  private readonly sent = new Map<number, number>();
  private turnedAt = 0n;
  private lookedAt = 0;
  /** How long this thread has seen the main thread not turn. */
  private seenMs = 0;
  private blocked: Blocked | undefined;
  /** Resolves when all that is being sent was sent; `undefined` where there is nothing. */
  private sending: Promise<void> | undefined;
  private inspecting: Promise<unknown> | undefined;

  constructor(private readonly outbox: Outbox) {}

  /** @param snapshot that of the task, if it has one */
  tell(watch: Watch, snapshot: Snapshot | undefined): void {
    this.watch = watch;
    this.snapshot = snapshot ?? this.snapshot;
    Atomics.store(watch.beat.numbers, WATCHER, BigInt(threadId));
    if (this.timer !== undefined) return;
    this.lookedAt = performance.now();
    this.turnedAt = 0n;
    // A thread without a task waits in its event loop. The timer keeps neither the thread nor the process alive.
    this.timer = setInterval(() => this.look(), BEAT_MS).unref();
  }

  noteAnswers({ recipients, form, snapshot }: ReplyTask, { undelivered }: ReplyResult): void {
    if (form.kind !== 'snapshot') return;
    const missed = new Set(undelivered.map(({ pmId }) => pmId));
    const servers = new Set(this.watch?.servers.map(({ pmId }) => pmId));
    for (const pmId of this.sent.keys()) if (!servers.has(pmId)) this.sent.delete(pmId);
    for (const { pmId } of recipients)
      if (servers.has(pmId) && !missed.has(pmId)) this.sent.set(pmId, snapshot.generation);
  }

  /** Resolves when the main thread is not paused by this one: a task would pause it for longer. */
  async untilNotInspecting(): Promise<void> {
    await this.inspecting;
  }

  private look(): void {
    const { watch } = this;
    if (watch === undefined) return;
    const { numbers } = watch.beat;
    const now = performance.now();
    const passed = Math.min(now - this.lookedAt, MOST_PER_LOOK_MS);
    this.lookedAt = now;
    const turnedAt = Atomics.load(numbers, TURNED_AT);
    if (turnedAt !== this.turnedAt) {
      this.turnedAt = turnedAt;
      this.seenMs = 0;
      if (this.blocked !== undefined) this.end(this.blocked, turnedAt);
    } else this.seenMs += passed;
    if (this.blocked !== undefined) this.repeat(this.blocked, now);
    else if (Atomics.load(numbers, WATCHER) !== BigInt(threadId)) this.leave();
    else if (turnedAt !== 0n && this.seenMs >= BLOCKED_MS) this.begin(watch, turnedAt);
  }

  /** Stops watching, since another thread watches. */
  private leave(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.watch = undefined;
    this.snapshot = undefined;
  }

  private begin(watch: Watch, since: bigint): void {
    const blocked: Blocked = { since, watch, stack: undefined, reportedAt: Number.POSITIVE_INFINITY };
    this.blocked = blocked;
    Atomics.store(watch.beat.numbers, STACK_BYTES, 0n);
    Atomics.store(watch.beat.numbers, BLOCKED_SINCE, since);
    this.send(async () => {
      await this.noteStack(blocked);
      // It may have turned meanwhile.
      if (this.blocked !== blocked) return;
      await this.report(blocked);
      await this.sendNumbers(watch);
    });
  }

  private repeat(blocked: Blocked, now: number): void {
    if (now - blocked.reportedAt >= REPEAT_MS && this.sending === undefined) this.send(() => this.report(blocked));
  }

  private end(blocked: Blocked, turnedAt: bigint): void {
    this.blocked = undefined;
    const blockedMs = Number(turnedAt - blocked.since) / 1e6;
    this.send(async () => {
      if (blocked.reportedAt === Number.POSITIVE_INFINITY) return;
      const { watch } = blocked;
      await sendReport(watch, watch.servers, { blockedMs, turns: true, stack: undefined }, this.outbox);
    });
  }

  /** Does the work when all that is being sent was sent. */
  private send(work: () => Promise<void>): void {
    const before = this.sending ?? Promise.resolve();
    const sending = before.then(work).catch(() => undefined);
    this.sending = sending;
    void sending.then(() => {
      if (this.sending === sending) this.sending = undefined;
    });
  }

  private async report(blocked: Blocked): Promise<void> {
    const { watch, since, stack } = blocked;
    blocked.reportedAt = performance.now();
    const blockedMs = Number(process.hrtime.bigint() - since) / 1e6;
    await sendReport(watch, watch.servers, { blockedMs, turns: false, stack }, this.outbox);
  }

  private async noteStack(blocked: Blocked): Promise<void> {
    const { numbers, stack: room } = blocked.watch.beat;
    if (room === undefined) return;
    Atomics.store(numbers, INSPECTING, 1n);
    const taking = takeStack({ maxFrames: MAX_FRAMES, maxChars: room.length });
    this.inspecting = taking;
    const stack = await taking;
    this.inspecting = undefined;
    // By then the main thread has forgotten the session.
    setTimeout(() => Atomics.store(numbers, INSPECTING, 0n), FORGETTING_MS).unref();
    // If it has turned, that may be the stack of something else.
    if (this.blocked !== blocked || Atomics.load(numbers, TURNED_AT) !== blocked.since) return;
    blocked.stack = stack;
    const bytes = Buffer.from(stack).subarray(0, room.length);
    room.set(bytes);
    Atomics.store(numbers, STACK_BYTES, BigInt(bytes.length));
  }

  /** Sends the numbers that servers do not have yet: if the process is killed now, nothing else comes from it. */
  private async sendNumbers({ beat, servers, from, daemon }: Watch): Promise<void> {
    const { snapshot } = this;
    // The main thread may have written over the numbers of any other one.
    if (snapshot === undefined || Atomics.load(beat.numbers, KEPT) !== BigInt(snapshot.generation)) return;
    const without = servers.filter(({ pmId, got }) => Math.max(got, this.sent.get(pmId) ?? 0) < snapshot.generation);
    if (without.length === 0) return;
    const done = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    await sendLast(
      { kind: 'last', snapshot, servers: without, from, daemon, timeoutMs: NUMBERS_MS, done },
      this.outbox,
    );
  }
}

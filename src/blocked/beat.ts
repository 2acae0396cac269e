/**
 * Writes into shared memory that the event loop turns. A worker thread watches that, and notices where it does not turn any
 * more. Once it turns again, the log says for how long it has not.
 */
import { createRequire } from 'node:module';
import type * as inspector from 'node:inspector';
import { setTimeout as pause } from 'node:timers/promises';
import type { StateLog } from '../../core/state-log';
import {
  BEAT_MS,
  BEAT_NUMBERS,
  BLOCKED_SINCE,
  INSPECTING,
  KEPT,
  STACK_BYTES,
  TURNED_AT,
  WATCHER,
  type Beat,
  type Watch,
} from '../../protocol/watch';

export interface LoopBeatOptions {
  /** Whether the stack is taken while the loop does not turn. */
  readonly takesStack: boolean;
  readonly states: StateLog;
  /** Of the watch that worker threads are told to keep. */
  readonly about: () => Pick<Watch, 'servers' | 'from' | 'daemon'>;
}

const MAX_STACK_BYTES = 4096;
/** The watching thread is connected to the inspector for no longer. */
const INSPECTION_MS = 5000;
const LOOK_MS = 50;

export class LoopBeat {
  private readonly beat: Beat;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: LoopBeatOptions) {
    const numbers = new BigInt64Array(new SharedArrayBuffer(BEAT_NUMBERS * BigInt64Array.BYTES_PER_ELEMENT));
    const stack = options.takesStack ? new Uint8Array(new SharedArrayBuffer(MAX_STACK_BYTES)) : undefined;
    this.beat = { numbers, stack };
  }

  /** The first turn comes after the process has started: loading its modules may take long, and is no trouble. */
  start(): void {
    this.timer ??= setInterval(() => this.turn(), BEAT_MS).unref();
  }

  /** What threads are told with each task. */
  watch(): Watch {
    const { numbers, stack } = this.beat;
    // A debugger that is connected to this process would show that it pauses.
    const beat = stack === undefined || !isDebugged() ? this.beat : { numbers, stack: undefined };
    return { beat, ...this.options.about() };
  }

  /** The numbers of the snapshot of this generation stay as they are until the next call. */
  noteKept(generation: number): void {
    Atomics.store(this.beat.numbers, KEPT, BigInt(generation));
  }

  /** No thread watches from now on. Repeatable. */
  stop(): void {
    // This may be the first that the main thread does after it has been blocked.
    if (this.timer !== undefined && Atomics.load(this.beat.numbers, BLOCKED_SINCE) !== 0n) this.turn();
    clearInterval(this.timer);
    this.timer = undefined;
    Atomics.store(this.beat.numbers, WATCHER, 0n);
  }

  /**
   * Resolves when no thread is connected to the inspector of this one: Node.js may abort if such a thread is ended. Most often
   * none is.
   */
  async untilNotInspected(): Promise<void> {
    const until = performance.now() + INSPECTION_MS;
    while (Atomics.load(this.beat.numbers, INSPECTING) !== 0n && performance.now() < until) await pause(LOOK_MS);
  }

  private turn(): void {
    const { numbers, stack } = this.beat;
    const now = process.hrtime.bigint();
    Atomics.store(numbers, TURNED_AT, now);
    const since = Atomics.exchange(numbers, BLOCKED_SINCE, 0n);
    if (since === 0n) return;
    const seconds = (Number(now - since) / 1e9).toFixed(1);
    const bytes = Number(Atomics.exchange(numbers, STACK_BYTES, 0n));
    const where =
      stack === undefined
        ? 'Set blockedStack to true to read here where that was'
        : bytes === 0
          ? 'Its stack could not be taken'
          : `There it was: ${Buffer.from(stack.slice(0, bytes)).toString().replaceAll(/\n\s*/g, ' | ')}`;
    this.options.states.note(
      'blocked',
      `The event loop of this process turns again. It has not turned for ${seconds} s, and the process ` +
        `answered nothing meanwhile. ${where}`,
    );
  }
}

/** Whether a debugger may be connected to this process. */
function isDebugged(): boolean {
  try {
    const { url } = createRequire(__filename)('node:inspector') as typeof inspector;
    return url() !== undefined;
  } catch {
    // This Node.js has no inspector.
    return false;
  }
}

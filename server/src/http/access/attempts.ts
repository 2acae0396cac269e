/**
 * Slows down guessing at the login form: an address has one attempt at a time, and each failure makes the next attempt wait
 * longer.
 */
import { setTimeout as pause } from 'node:timers/promises';

const FIRST_PAUSE_MS = 250;
const MAX_PAUSE_MS = 4000;
/** After so long without an attempt the failures of an address are forgotten. */
const FORGET_MS = 10 * 60_000;
/** The address that has failed longest ago is forgotten for the next one. */
const MAX_ADDRESSES = 1000;
/** Attempts that wait, of all addresses. */
const MAX_WAITING = 100;

interface Failures {
  count: number;
  lastAt: number;
  isWaiting: boolean;
}

export interface AttemptsOptions {
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

export class Attempts {
  private readonly failures = new Map<string, Failures>();
  private readonly now: () => number;
  private readonly wait: (ms: number) => Promise<unknown>;
  private waiting = 0;

  constructor({ now, wait }: AttemptsOptions = {}) {
    this.now = now ?? ((): number => performance.now());
    this.wait = wait ?? ((ms): Promise<unknown> => pause(ms, undefined, { ref: false }));
  }

  /**
   * @param check whether what the attempt brings is right
   * @returns `undefined` if another one of that address waits already
   */
  async make(address: string, check: () => boolean): Promise<boolean | undefined> {
    const known = this.of(address);
    if (known.isWaiting || this.waiting >= MAX_WAITING) return undefined;
    if (known.count > 0) {
      known.isWaiting = true;
      this.waiting++;
      await this.wait(Math.min(FIRST_PAUSE_MS * 2 ** (known.count - 1), MAX_PAUSE_MS));
      this.waiting--;
      known.isWaiting = false;
    }
    const isRight = check();
    this.failures.delete(address);
    if (isRight) return true;
    known.count++;
    known.lastAt = this.now();
    // Behind all others: the map has them in the order of their last failures.
    this.failures.set(address, known);
    for (const key of this.failures.keys()) if (this.failures.size > MAX_ADDRESSES) this.failures.delete(key);
    return false;
  }

  private of(address: string): Failures {
    const known = this.failures.get(address);
    if (known !== undefined && this.now() - known.lastAt < FORGET_MS) return known;
    const fresh = { count: 0, lastAt: this.now(), isWaiting: false };
    this.failures.set(address, fresh);
    return fresh;
  }
}

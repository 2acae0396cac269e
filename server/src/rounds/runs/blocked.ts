/** What the worker thread of a process has said of its main thread: that its event loop does not turn. */

/** The exporter says it every 5 s. */
const EXPIRES_MS = 16_000;

export interface Blocked {
  /** Since when its event loop has not turned, epoch milliseconds. */
  readonly since: number;
  /** Of its main thread, a call a line, the innermost first; or in a sentence why there is none. `undefined`: not asked for. */
  readonly stack: string | undefined;
  /** By `performance.now()`. */
  readonly heardAt: number;
}

export function isCurrent({ heardAt }: Blocked): boolean {
  return performance.now() - heardAt < EXPIRES_MS;
}

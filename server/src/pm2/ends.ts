/** The ways in which this process is told to end. */

/** Ends the process at once. */
export type Exit = (code?: number) => never;

/**
 * Calls `end` for a signal, for PM2's message, and when PM2's daemon has gone: then this process gets no more messages, and
 * the next daemon's server needs the port.
 *
 * The @pm2/io that PM2 has loaded into this process calls `process.exit()` from its next timer once the daemon has gone, a
 * few milliseconds later. That must not cut off what is under way, so that this call counts as one more reason to end.
 *
 * @param end may be called several times: for instance PM2 and a terminal both send a signal
 * @returns what ends the process in any case
 */
export function onEnd(end: () => void): Exit {
  const exit: Exit = process.exit.bind(process);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  // PM2's option shutdown_with_message sends this in place of a signal.
  process.on('message', (message) => message === 'shutdown' && end());
  process.on('disconnect', end);
  process.exit = ((code?: number) => {
    if (process.connected) exit(code);
    end();
  }) as typeof process.exit;
  return exit;
}

/** Tells PM2 that this process does what it was started for, for apps with `wait_ready`. */
export function sendReady(): void {
  if (process.connected) process.send?.('ready', undefined, undefined, () => undefined);
}

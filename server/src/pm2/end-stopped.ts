/**
 * Ends this process so that PM2 does not start it again.
 *
 * PM2 restarts a process that ends by itself, up to sixteen times in a row, unless its app was started with
 * `stop_exit_codes`, which a process cannot set for itself. So the process asks PM2's daemon to stop it, as `pm2 stop`
 * does: the daemon notes that it is to stay stopped, and then sends the signal.
 */
import { Daemon } from '../../../core/pm2/daemon';
import type { Pm2Environment } from '../../../core/pm2/environment';

/** How long the daemon may take, and a connection to it, in milliseconds. */
const STOP_MS = 3000;
const CONNECT_MS = 1000;

/** @param code exit code of this process, also where the daemon cannot be reached */
export function endStopped({ pmId, daemon }: Pm2Environment, code: number): void {
  const end = (): never => process.exit(code);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  // In place of a signal, with PM2's option shutdown_with_message.
  process.on('message', (message) => message === 'shutdown' && end());
  const connection = new Daemon(daemon, { maxPauseMs: CONNECT_MS, connectMs: CONNECT_MS });
  connection.call('stopProcessId', { id: Number(pmId) }, STOP_MS).then(end, end);
}

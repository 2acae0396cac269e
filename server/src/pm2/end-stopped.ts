/**
 * Ends this process so that PM2 does not start it again.
 *
 * PM2 restarts a process that ends by itself, up to sixteen times in a row, unless its app was started with
 * `stop_exit_codes`, which a process cannot set for itself. So the process asks PM2's daemon to stop it, as `pm2 stop`
 * does: the daemon marks it as stopped, and then sends the signal.
 */
import { Daemon } from '../../../core/pm2/daemon';
import type { Pm2Environment } from '../../../core/pm2/environment';

/** How long the daemon may take to stop this process. */
const STOP_MS = 3000;
/** How long to wait for a connection to the daemon. */
const CONNECT_MS = 1000;

/** @param code exit code of this process, also if the daemon cannot be reached */
export function endStopped({ pmId, daemon }: Pm2Environment, code: number): void {
  const end = (): never => process.exit(code);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, end);
  // PM2's option shutdown_with_message sends this in place of a signal.
  process.on('message', (message) => message === 'shutdown' && end());
  const connection = new Daemon(daemon, { maxPauseMs: CONNECT_MS, connectMs: CONNECT_MS });
  connection.call('stopProcessId', { id: Number(pmId) }, STOP_MS).then(end, end);
}

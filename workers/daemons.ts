/** The connection of a worker thread to PM2's daemon, which stays from one task to the next. */
import { Daemon } from '../core/pm2/daemon';
import type { DaemonAddress } from '../core/pm2/daemon-address';

/** PM2's daemon is found within this when it comes back. */
const MAX_PAUSE_MS = 5000;

export class Daemons {
  private last: { readonly key: string; readonly connection: Daemon } | undefined;

  /** @returns the connection to that daemon. One to another daemon is closed */
  to(address: DaemonAddress): Daemon {
    const key = JSON.stringify(address);
    if (this.last?.key !== key) {
      this.close();
      this.last = { key, connection: new Daemon(address, { maxPauseMs: MAX_PAUSE_MS }) };
    }
    return this.last.connection;
  }

  close(): void {
    this.last?.connection.close();
    this.last = undefined;
  }
}

/**
 * Sends packets to other processes through PM2's daemon, those for one process one after the other: each send to a closed
 * channel is an error in the daemon, and it does not survive the second one.
 */
import { hasEnded } from '../core/pm2/has-ended';
import type { DaemonAddress } from '../core/pm2/daemon-address';
import type { Daemons } from './daemons';

interface Addressee {
  readonly pmId: number;
  /** Its process, where that is known: nothing is sent once it has ended. */
  readonly pid?: number | undefined;
}

export class Outbox {
  /** The end of the last send to a process, by pm_id. */
  private readonly sending = new Map<number, Promise<void>>();

  constructor(private readonly daemons: Daemons) {}

  /**
   * @param packet JSON text in pieces; they must not change
   * @param onSend called right before it is sent
   * @returns whether it was sent; not where the process has ended
   * @throws DaemonError
   */
  async send(
    { pmId, pid }: Addressee,
    packet: readonly Buffer[],
    daemon: DaemonAddress,
    timeoutMs: number,
    onSend?: () => void,
  ): Promise<boolean> {
    const connection = this.daemons.to(daemon);
    const before = this.sending.get(pmId);
    const sent = (async (): Promise<boolean> => {
      if (before !== undefined) await before;
      if (pid !== undefined && hasEnded(pid)) return false;
      onSend?.();
      await connection.sendDataToProcessId(packet, timeoutMs);
      return true;
    })();
    const end = sent.then(
      () => undefined,
      () => undefined,
    );
    this.sending.set(pmId, end);
    try {
      return await sent;
    } finally {
      if (this.sending.get(pmId) === end) this.sending.delete(pmId);
    }
  }
}

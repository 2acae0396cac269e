/**
 * One persistent connection of this thread to PM2's daemon. It never starts a daemon, connects again by itself
 * (pm2-axon does, waiting up to 5 s between attempts), and queues nothing while there is no connection.
 */
import { once } from 'node:events';
import { socket, type AnswerCallback, type ReqSocket } from 'pm2-axon';
import type { DaemonAddress } from './environment';

export class DaemonError extends Error {
  override readonly name = 'DaemonError';

  constructor(
    /** `UNREACHABLE`: no connection, or no answer in time. `REFUSED`: the daemon answered that it did not do it. */
    readonly code: 'UNREACHABLE' | 'REFUSED',
    message: string,
  ) {
    super(message);
  }
}

// What pm2-axon-rpc's client makes of a call, around a packet that is JSON text already.
const CALL_HEAD = Buffer.from('j:{"type":"call","method":"sendDataToProcessId","args":[');
const CALL_TAIL = Buffer.from(']}');

export class Daemon {
  private readonly socket: ReqSocket;
  private readonly waiting = new Set<(error: DaemonError) => void>();

  constructor(private readonly address: DaemonAddress) {
    this.socket = socket('req');
    // An error that pm2-axon does not expect; the connection is closed then, and opened again.
    this.socket.on('error', () => undefined);
    this.socket.on('socket error', () => this.connectionLost());
    this.socket.on('reconnect attempt', () => this.connectionLost());
    if (address.kind === 'path') this.socket.connect(address.path);
    else this.socket.connect(address.port, '127.0.0.1');
  }

  /**
   * Has the daemon send a packet to one of its processes.
   * @param packet JSON text of the packet, `{id, topic, data, …}`, in pieces
   * @throws DaemonError
   */
  async sendDataToProcessId(packet: readonly Buffer[], timeoutMs: number): Promise<void> {
    const signal = AbortSignal.timeout(timeoutMs);
    await this.connected(signal);
    const answer = await this.call(Buffer.concat([CALL_HEAD, ...packet, CALL_TAIL]), signal);
    const error = (answer as { error?: unknown } | null)?.error;
    if (error !== undefined)
      throw new DaemonError('REFUSED', typeof error === 'string' ? error : JSON.stringify(error));
  }

  close(): void {
    this.socket.close();
    // One more attempt may be on its way.
    this.socket.once('connect', () => this.socket.close());
    this.connectionLost();
  }

  private async connected(signal: AbortSignal): Promise<void> {
    if (this.socket.connected === true) return;
    try {
      await once(this.socket, 'connect', { signal });
    } catch {
      throw new DaemonError('UNREACHABLE', `no connection to ${this.name}`);
    }
  }

  private call(message: Buffer, signal: AbortSignal): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        signal.removeEventListener('abort', onTimeout);
        this.waiting.delete(fail);
        if (callback.id !== undefined) Reflect.deleteProperty(this.socket.callbacks, callback.id);
        finish();
      };
      const callback: AnswerCallback = (answer) => settle(() => resolve(answer));
      const fail = (error: DaemonError): void => settle(() => reject(error));
      const onTimeout = (): void => fail(new DaemonError('UNREACHABLE', `no answer in time from ${this.name}`));
      signal.addEventListener('abort', onTimeout);
      this.waiting.add(fail);
      this.socket.send(message, callback);
    });
  }

  private connectionLost(): void {
    for (const fail of [...this.waiting]) fail(new DaemonError('UNREACHABLE', `the connection to ${this.name} broke`));
  }

  private get name(): string {
    return `PM2's daemon at ${this.address.kind === 'path' ? this.address.path : `port ${this.address.port}`}`;
  }
}

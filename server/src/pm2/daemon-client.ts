/**
 * The metrics server's connection to PM2's daemon: any remote call, as many at a time as there are. It never starts a
 * daemon, connects again by itself, and queues nothing while there is no connection.
 */
import { socket, type AnswerCallback, type ReqSocket } from 'pm2-axon';
import type { DaemonAddress } from '../../../core/pm2/environment';

export class RemoteCallError extends Error {
  override readonly name = 'RemoteCallError';

  constructor(
    /** `UNREACHABLE`: no connection, or no answer in time. `REFUSED`: the daemon answered that it did not do it. */
    readonly code: 'UNREACHABLE' | 'REFUSED',
    message: string,
  ) {
    super(message);
  }
}

interface PendingCall {
  readonly fail: (error: RemoteCallError) => void;
  readonly timer: NodeJS.Timeout;
}

/** A daemon that comes back is found within this. */
const RETRY_MAX_MS = 1000;
/** How long a call waits for a connection; more would only make whoever waits for the call late as well. */
const CONNECT_MS = 1000;

export class DaemonClient {
  private readonly socket: ReqSocket;
  private readonly calls = new Map<AnswerCallback, PendingCall>();

  constructor(private readonly address: DaemonAddress) {
    this.socket = socket('req').set('retry max timeout', RETRY_MAX_MS);
    // An error that pm2-axon does not expect; the connection is closed then, and opened again.
    this.socket.on('error', () => undefined);
    for (const event of ['socket error', 'reconnect attempt']) this.socket.on(event, () => this.failAll());
    if (address.kind === 'path') this.socket.connect(address.path);
    else this.socket.connect(address.port, '127.0.0.1');
  }

  /** Whether there is a connection now. */
  get isConnected(): boolean {
    return this.socket.connected === true;
  }

  /**
   * Calls one of the daemon's methods, which all have one argument.
   * @returns what the daemon has answered, of whatever shape
   * @throws RemoteCallError
   */
  async call(method: string, argument: object, timeoutMs: number): Promise<unknown> {
    const giveUpAt = performance.now() + timeoutMs;
    await this.connected(Math.min(timeoutMs, CONNECT_MS));
    const message = Buffer.from(`j:${JSON.stringify({ type: 'call', method, args: [argument] })}`);
    const answer = await this.send(message, method, giveUpAt - performance.now());
    const { error, args } = (answer ?? {}) as { readonly error?: unknown; readonly args?: unknown };
    if (error !== undefined) {
      throw new RemoteCallError('REFUSED', typeof error === 'string' ? error : JSON.stringify(error));
    }
    return Array.isArray(args) ? (args as readonly unknown[])[0] : undefined;
  }

  close(): void {
    this.socket.close();
    // One more attempt may be on its way.
    this.socket.once('connect', () => this.socket.close());
    this.failAll();
  }

  private connected(timeoutMs: number): Promise<void> {
    if (this.isConnected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const onConnect = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.socket.off('connect', onConnect);
        reject(new RemoteCallError('UNREACHABLE', `no connection to ${this.name}`));
      }, timeoutMs);
      this.socket.once('connect', onConnect);
    });
  }

  private send(message: Buffer, method: string, timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const callback: AnswerCallback = (answer) => {
        this.forget(callback);
        resolve(answer);
      };
      const fail = (error: RemoteCallError): void => {
        this.forget(callback);
        reject(error);
      };
      const late = (): void => fail(new RemoteCallError('UNREACHABLE', `no answer to ${method} from ${this.name}`));
      this.calls.set(callback, { fail, timer: setTimeout(late, timeoutMs) });
      this.socket.send(message, callback);
    });
  }

  private forget(callback: AnswerCallback): void {
    clearTimeout(this.calls.get(callback)?.timer);
    this.calls.delete(callback);
    // pm2-axon never forgets a call whose connection broke.
    if (callback.id !== undefined) Reflect.deleteProperty(this.socket.callbacks, callback.id);
  }

  private failAll(): void {
    const error = new RemoteCallError('UNREACHABLE', `the connection to ${this.name} broke`);
    for (const { fail } of [...this.calls.values()]) fail(error);
  }

  private get name(): string {
    return `PM2's daemon at ${this.address.kind === 'path' ? this.address.path : `port ${this.address.port}`}`;
  }
}

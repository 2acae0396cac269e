/**
 * Remote calls to PM2's daemon over one connection that stays. Any number of calls may be under way, and the daemon may
 * answer them in any order. While there is no connection nothing is queued: a call waits for one, or fails.
 *
 * ```
 * call    argument 1: {"type": "call", "method": …, "args": […]}    argument 2: id, any text
 * answer  argument 1: {"args": [result]} or {"error": …}            argument 2: the same id
 * ```
 *
 * These are the calls of PM2's own packages pm2-axon and pm2-axon-rpc.
 */
import { isRecord } from '../values';
import { Connection } from './connection';
import type { DaemonAddress } from './daemon-address';
import { MessageReader, writeMessage } from './messages';

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

export interface DaemonOptions {
  /** Longest pause between two attempts to connect, in milliseconds. A daemon that comes back is found within it. */
  readonly maxPauseMs: number;
  /** How long a call waits for a connection, in milliseconds; up to its deadline unless given. */
  readonly connectMs?: number;
}

interface Call {
  /** Whether the caller wants to see the result, and not only that there is one. */
  readonly wantsResult: boolean;
  readonly settle: (answer: Buffer) => void;
  readonly fail: (error: DaemonError) => void;
}

/** How the answer to a call that has succeeded begins, as pm2-axon-rpc writes it. */
const SUCCESS = Buffer.from('j:{"args":');
const PREFIX_BYTES = 2;

export class Daemon {
  private readonly connection: Connection;
  private reader: MessageReader;
  /** Calls that have been sent and wait for their answers, by id. */
  private readonly calls = new Map<string, Call>();
  /** Calls that wait for a connection. */
  private readonly connecting = new Set<() => void>();
  private count = 0;

  constructor(
    private readonly address: DaemonAddress,
    private readonly options: DaemonOptions,
  ) {
    this.reader = this.newReader();
    this.connection = new Connection(address, {
      maxPauseMs: options.maxPauseMs,
      onOpen: () => {
        for (const onOpen of [...this.connecting]) onOpen();
      },
      onData: (chunk) => this.reader.read(chunk),
      onLost: () => {
        this.reader = this.newReader();
        this.failAll();
      },
    });
  }

  /** Whether there is a connection now. */
  get isConnected(): boolean {
    return this.connection.isOpen;
  }

  /**
   * Calls one of the daemon's methods, which all have one argument.
   * @returns what the daemon has answered, of whatever shape
   * @throws DaemonError
   */
  async call(method: string, argument: object, timeoutMs: number): Promise<unknown> {
    const answer = await this.ask(method, [Buffer.from(JSON.stringify(argument))], true, timeoutMs);
    const { args } = readAnswer(answer);
    return Array.isArray(args) ? (args as readonly unknown[])[0] : undefined;
  }

  /**
   * Has the daemon send a packet to one of its processes. The daemon answers with the whole packet, which is not read.
   * @param packet JSON text of the packet, `{id, topic, data, …}`, in pieces; they must not change
   * @throws DaemonError
   */
  async sendDataToProcessId(packet: readonly Buffer[], timeoutMs: number): Promise<void> {
    const answer = await this.ask('sendDataToProcessId', packet, false, timeoutMs);
    if (!answer.subarray(0, SUCCESS.length).equals(SUCCESS)) readAnswer(answer);
  }

  /** Closes the connection for good: calls that are under way fail. */
  close(): void {
    this.connection.close();
    this.failAll();
  }

  private async ask(
    method: string,
    argument: readonly Buffer[],
    wantsResult: boolean,
    timeoutMs: number,
  ): Promise<Buffer> {
    const giveUpAt = performance.now() + timeoutMs;
    await this.connected(Math.min(timeoutMs, this.options.connectMs ?? timeoutMs));
    const head = Buffer.from(`j:{"type":"call","method":${JSON.stringify(method)},"args":[`);
    const message = [head, ...argument, Buffer.from(']}')];
    return this.send(message, method, wantsResult, giveUpAt - performance.now());
  }

  private connected(timeoutMs: number): Promise<void> {
    if (this.isConnected) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        this.connecting.delete(onOpen);
      };
      const onOpen = (): void => {
        end();
        resolve();
      };
      const timer = setTimeout(() => {
        end();
        const { lastError } = this.connection;
        reject(this.unreachable(`no connection to ${this.name}${lastError === undefined ? '' : ` (${lastError})`}`));
      }, timeoutMs);
      this.connecting.add(onOpen);
    });
  }

  private send(message: readonly Buffer[], method: string, wantsResult: boolean, timeoutMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const id = `s:${this.count++}`;
      const end = (): void => {
        clearTimeout(timer);
        this.calls.delete(id);
      };
      const settle = (answer: Buffer): void => {
        end();
        resolve(answer);
      };
      const fail = (error: DaemonError): void => {
        end();
        reject(error);
      };
      const timer = setTimeout(() => {
        fail(this.unreachable(`no answer in time to ${method} from ${this.name}`));
        this.connection.breakIfStuck();
      }, timeoutMs);
      this.calls.set(id, { wantsResult, settle, fail });
      this.connection.write(writeMessage(message, id));
    });
  }

  private newReader(): MessageReader {
    return new MessageReader(
      // The answer to a call that has failed in the meantime is dropped.
      ([answer, id]) => answer && this.calls.get(String(id))?.settle(answer),
      () => [...this.calls.values()].some(({ wantsResult }) => wantsResult),
    );
  }

  private failAll(): void {
    for (const { fail } of [...this.calls.values()]) fail(this.unreachable(`the connection to ${this.name} broke`));
  }

  private unreachable(message: string): DaemonError {
    return new DaemonError('UNREACHABLE', message);
  }

  private get name(): string {
    return `PM2's daemon at ${this.address.kind === 'path' ? this.address.path : `port ${this.address.port}`}`;
  }
}

/** @throws DaemonError if the daemon says that it did not do it */
function readAnswer(answer: Buffer): Readonly<Record<string, unknown>> {
  let read: unknown;
  try {
    read = JSON.parse(answer.toString('utf8', PREFIX_BYTES));
  } catch {
    throw new DaemonError('REFUSED', "PM2's daemon sent an answer that is not JSON");
  }
  const fields = isRecord(read) ? read : {};
  const { error } = fields;
  if (error !== undefined) throw new DaemonError('REFUSED', typeof error === 'string' ? error : JSON.stringify(error));
  return fields;
}

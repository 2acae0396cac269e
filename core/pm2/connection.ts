/**
 * A socket to PM2's daemon that connects again by itself, after pauses that grow while there is no daemon. It never
 * starts a daemon, and does not keep the process alive.
 */
import { connect, type Socket } from 'node:net';
import type { DaemonAddress } from './daemon-address';

export interface ConnectionOptions {
  /** Longest pause between two attempts to connect, in milliseconds. */
  readonly maxPauseMs: number;
  readonly onOpen: () => void;
  /** @returns false if this cannot come from PM2's daemon: the connection is closed then, and opened again */
  readonly onData: (chunk: Buffer) => boolean;
  /** Called when an open connection has gone. */
  readonly onLost: () => void;
}

const FIRST_PAUSE_MS = 100;
const PAUSE_GROWTH = 1.5;

export class Connection {
  private socket: Socket | undefined;
  private pauseMs = FIRST_PAUSE_MS;
  private retry: NodeJS.Timeout | undefined;
  private opened = false;
  private closed = false;
  private error: string | undefined;

  constructor(
    private readonly address: DaemonAddress,
    private readonly options: ConnectionOptions,
  ) {
    this.open();
  }

  get isOpen(): boolean {
    return this.opened;
  }

  /** The code of the last error since it was open, such as `EACCES`. */
  get lastError(): string | undefined {
    return this.error;
  }

  /** Sends pieces one behind the other, without copying them. Only for an open connection. */
  write(pieces: readonly Buffer[]): void {
    const { socket } = this;
    socket?.cork();
    for (const piece of pieces) socket?.write(piece);
    socket?.uncork();
  }

  /**
   * Breaks a connection whose other side does not read: what waits to be sent would stay in memory, and would arrive
   * when it is of no use any more.
   */
  breakIfStuck(): void {
    if ((this.socket?.writableLength ?? 0) > 0) this.socket?.destroy();
  }

  /** Closes the connection for good. */
  close(): void {
    this.closed = true;
    clearTimeout(this.retry);
    this.socket?.destroy();
  }

  private open(): void {
    const { address } = this;
    const socket = connect(
      address.kind === 'path' ? { path: address.path } : { port: address.port, host: '127.0.0.1' },
    );
    this.socket = socket;
    socket.setNoDelay();
    socket.unref();
    socket.on('connect', () => {
      this.opened = true;
      this.error = undefined;
      this.options.onOpen();
    });
    socket.on('data', (chunk) => {
      this.pauseMs = FIRST_PAUSE_MS;
      if (!this.options.onData(chunk)) socket.destroy();
    });
    // The event `close` follows.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (this.error = code));
    socket.on('close', () => this.afterClose());
  }

  private afterClose(): void {
    if (!this.closed) {
      this.retry = setTimeout(() => this.open(), this.pauseMs).unref();
      this.pauseMs = Math.min(this.options.maxPauseMs, this.pauseMs * PAUSE_GROWTH);
    }
    if (!this.opened) return;
    this.opened = false;
    this.options.onLost();
  }
}

/**
 * Measures the traffic of the process's TCP connections and local sockets from the byte counters that every socket has.
 * It patches nothing and adds no listener to a socket.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

export interface Traffic {
  /** Bytes per second, smoothed over about a minute as in @pm2/io's meters. */
  readonly read: number;
  readonly written: number;
}

interface Counted {
  read: number;
  written: number;
}

/** On these Node.js publishes every socket that connects or is accepted. */
const CHANNELS = ['net.client.socket', 'net.server.socket'] as const;

/** Time between two readings of the counters. A closed socket is held until the next reading. */
const READ_EVERY_MS = 1000;
const SMOOTHED_OVER_MS = 60_000;

export class TrafficMeter {
  /** With the counters of the last reading. */
  private readonly sockets = new Map<Socket, Counted>();
  private rate: Traffic = { read: 0, written: 0 };
  private lastReadAt = performance.now();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly report: (traffic: Traffic) => void) {
    for (const socket of openSockets()) {
      this.sockets.set(socket, { read: socket.bytesRead, written: socket.bytesWritten });
    }
    for (const channel of CHANNELS) subscribe(channel, this.onSocket);
    this.timer = setInterval(() => this.readCounters(), READ_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    for (const channel of CHANNELS) unsubscribe(channel, this.onSocket);
    this.sockets.clear();
  }

  private readonly onSocket = (message: unknown): void => {
    const { socket } = message as { socket?: unknown };
    if (socket instanceof Socket) this.sockets.set(socket, { read: 0, written: 0 });
  };

  private readCounters(): void {
    let read = 0;
    let written = 0;
    for (const [socket, last] of this.sockets) {
      const { bytesRead, bytesWritten } = socket;
      read += bytesRead - last.read;
      written += bytesWritten - last.written;
      last.read = bytesRead;
      last.written = bytesWritten;
      if (socket.destroyed) this.sockets.delete(socket);
    }
    this.smooth(read, written);
    this.report(this.rate);
  }

  private smooth(read: number, written: number): void {
    const now = performance.now();
    const elapsed = Math.max(1, now - this.lastReadAt);
    this.lastReadAt = now;
    const weight = 1 - Math.exp(-elapsed / SMOOTHED_OVER_MS);
    const next = (rate: number, bytes: number): number => rate + weight * ((bytes * 1000) / elapsed - rate);
    this.rate = { read: next(this.rate.read, read), written: next(this.rate.written, written) };
  }
}

/** Connections that were open before the meter subscribed. Without pipes: some of them are the standard streams. */
function openSockets(): Socket[] {
  const { _getActiveHandles: activeHandles } = process as { _getActiveHandles?: () => unknown[] };
  const handles = activeHandles?.call(process) ?? [];
  return handles
    .filter((handle) => handle instanceof Socket)
    .filter(({ remoteAddress }) => remoteAddress !== undefined);
}

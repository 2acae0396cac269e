/** Speaks PM2's remote calls as its daemon does, with the same packages, and behaves as a test wants it to. */
import type { EventEmitter } from 'node:events';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DaemonAddress } from '../../../core/pm2/daemon-address';

export interface Packet {
  readonly id: number;
  readonly topic: string;
  readonly from: string;
  readonly data: unknown;
  readonly request?: string | number;
  readonly token?: string;
}

/** `undefined`: nothing is answered at all; an error: what the daemon says is wrong. */
export type Outcome = 'done' | Error | undefined;

export type Behaviour = (packet: Packet, nth: number) => Outcome | Promise<Outcome>;

interface RepSocket extends EventEmitter {
  bind(path: string): this;
  close(): void;
  readonly socks: readonly object[];
}

const axon = require('pm2-axon') as { socket(type: 'rep'): RepSocket };
const { Server } = require('pm2-axon-rpc') as {
  Server: new (socket: RepSocket) => { expose(name: string, method: (...args: never[]) => void): void };
};

export class RpcServer {
  readonly received: Packet[] = [];
  behaviour: Behaviour = () => 'done';
  /** What it answers to `getMonitorData`. */
  list: unknown = [];
  private readonly folder = mkdtempSync(join(tmpdir(), 'rpc-'));
  private readonly path = join(this.folder, 'rpc.sock');
  private socket: RepSocket | undefined;

  get address(): DaemonAddress {
    return { kind: 'path', path: this.path };
  }

  get connections(): number {
    return this.socket?.socks.length ?? 0;
  }

  async start(): Promise<void> {
    const socket = axon.socket('rep');
    const rpc = new Server(socket);
    rpc.expose('getMonitorData', (_options: object, answer: (error: unknown, list: unknown) => void) =>
      answer(null, this.list),
    );
    rpc.expose('sendDataToProcessId', (packet: Packet, answer: (error: unknown, data?: object) => void) => {
      void Promise.resolve(this.behaviour(packet, this.received.push(packet))).then((outcome) => {
        if (outcome === 'done') answer(null, { success: true, data: packet });
        else if (outcome !== undefined) answer(outcome);
      });
    });
    socket.on('error', () => undefined);
    this.socket = socket;
    const bound = once(socket, 'bind');
    socket.bind(this.path);
    await bound;
  }

  /** Ends as a daemon that is killed: all connections break. */
  async stop(): Promise<void> {
    if (this.socket === undefined) return;
    const closed = once(this.socket, 'close');
    this.socket.close();
    this.socket = undefined;
    await closed;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

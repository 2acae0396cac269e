/** Requests to the examples, each counted when it was answered. */
import { request } from 'node:http';
import { connect } from 'node:net';
import type { Example, ExampleApp } from './apps';

export type Counts = Record<string, number>;

/** Longer than a busy machine holds up a process: what it answers later it has counted. */
const LOST_MS = 30_000;
const PAGES = ['/', '/cart'];

export class Load {
  /** By example, then by page. */
  readonly answered: Record<string, Counts> = {};
  /**
   * Requests without an answer. The app has not counted them: while it closes, it drops connections that have not asked yet,
   * and Node.js may lose one that it was just handing over to a process that ends.
   */
  readonly failures: string[] = [];
  private running: Promise<unknown> | undefined;
  private stopped = false;

  constructor(private readonly apps: readonly ExampleApp[]) {}

  /** So many requests to each example, one after the other. */
  async send(count: number): Promise<void> {
    await Promise.all(
      this.apps.map(async (app) => {
        for (let i = 0; i < count; i++) await this.visit(app, i);
      }),
    );
  }

  /** Sends until {@link end} is called. */
  begin(): void {
    this.stopped = false;
    this.running = Promise.all(
      this.apps.map(async (app) => {
        for (let i = 0; !this.stopped; i++) {
          await this.visit(app, i);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }),
    );
  }

  async end(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  of(name: Example): Counts {
    return this.answered[name] ?? {};
  }

  private async visit({ name, ports }: ExampleApp, index: number): Promise<void> {
    const page = PAGES[index % PAGES.length] as string;
    const port = ports[Math.floor(index / PAGES.length) % ports.length] as number;
    const outcome = await get(port, page);
    const counts = (this.answered[name] ??= {});
    if (outcome === 200) counts[page] = (counts[page] ?? 0) + 1;
    else this.failures.push(`${name} ${page}: ${outcome}`);
  }
}

/** On a connection of its own: a kept one stays with one instance of the cluster. @returns the status, or an error's code */
function get(port: number, path: string): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
      response.once('error', (error) => resolve(error.message));
    });
    asked.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.setTimeout(LOST_MS, () => asked.destroy(new Error('no answer')));
    asked.end();
  });
}

export function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

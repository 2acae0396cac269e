/** All pages of the dashboard that are open in browsers: the viewers. While there is one, a round begins each second. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Charts } from '../charts/charts';
import { Viewer, type Outlet } from './viewer';

/** Each costs a connection, and the events that are sent to it. */
const MAX_PAGES = 20;
/** From the beginning of one round to that of the next. */
const EVERY_MS = 1000;

export interface ViewersOptions {
  readonly charts: Charts;
  /** Asks all processes, and tells what is new by {@link Viewers.tell}. Never rejects. */
  readonly ask: () => Promise<unknown>;
}

export class Viewers {
  private readonly viewers = new Map<string, Viewer>();
  private isAsking = false;
  private isStopped = false;

  constructor(private readonly options: ViewersOptions) {}

  get count(): number {
    return this.viewers.size;
  }

  /**
   * @param greet tells a new viewer what all viewers have been told before
   * @returns `undefined` if as many are open as may be
   */
  open(makeOutlet: () => Outlet, greet: (viewer: Viewer) => void): Viewer | undefined {
    if (this.viewers.size >= MAX_PAGES || this.isStopped) return undefined;
    const outlet = makeOutlet();
    const viewer = new Viewer(outlet, this.options.charts);
    this.viewers.set(viewer.stream, viewer);
    outlet.onClose(() => {
      this.viewers.delete(viewer.stream);
      viewer.close();
    });
    greet(viewer);
    void this.askWhileOpen();
    return viewer;
  }

  of(stream: string): Viewer | undefined {
    return this.viewers.get(stream);
  }

  tell(event: string, json: string): void {
    for (const viewer of this.viewers.values()) viewer.send(event, json);
  }

  tellCharts(): void {
    for (const viewer of this.viewers.values()) viewer.tell();
  }

  stop(): void {
    this.isStopped = true;
    for (const viewer of this.viewers.values()) viewer.end();
  }

  private async askWhileOpen(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.viewers.size > 0 && !this.isStopped) {
      const began = performance.now();
      await this.options.ask();
      await pause(Math.max(0, began + EVERY_MS - performance.now()), undefined, { ref: false });
    }
    this.isAsking = false;
  }
}

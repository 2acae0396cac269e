/** All pages that are open in browsers. While there is one, a round begins each second. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Charts } from '../charts/charts';
import { Page, type Outlet } from './page';

/** Each costs what it is told, and a connection. */
const MAX_PAGES = 20;
/** From the beginning of one round to that of the next. */
const EVERY_MS = 1000;

export interface PagesOptions {
  readonly charts: Charts;
  /** Asks all processes, and tells what is new by {@link Pages.tell}. Never rejects. */
  readonly ask: () => Promise<unknown>;
}

export class Pages {
  private readonly pages = new Map<string, Page>();
  private isAsking = false;
  private isStopped = false;

  constructor(private readonly options: PagesOptions) {}

  get count(): number {
    return this.pages.size;
  }

  /**
   * @param greet tells a new page what all pages have been told before
   * @returns `undefined` if as many are open as may be
   */
  open(makeOutlet: () => Outlet, greet: (page: Page) => void): Page | undefined {
    if (this.pages.size >= MAX_PAGES || this.isStopped) return undefined;
    const outlet = makeOutlet();
    const page = new Page(outlet, this.options.charts);
    this.pages.set(page.stream, page);
    outlet.onClose(() => {
      this.pages.delete(page.stream);
      page.close();
    });
    greet(page);
    void this.askWhileOpen();
    return page;
  }

  of(stream: string): Page | undefined {
    return this.pages.get(stream);
  }

  tell(event: string, json: string): void {
    for (const page of this.pages.values()) page.send(event, json);
  }

  tellCharts(): void {
    for (const page of this.pages.values()) page.tell();
  }

  stop(): void {
    this.isStopped = true;
    for (const page of this.pages.values()) page.end();
  }

  private async askWhileOpen(): Promise<void> {
    if (this.isAsking) return;
    this.isAsking = true;
    while (this.pages.size > 0 && !this.isStopped) {
      const began = performance.now();
      await this.options.ask();
      await pause(Math.max(0, began + EVERY_MS - performance.now()), undefined, { ref: false });
    }
    this.isAsking = false;
  }
}

/** What the server has said of metrics by their names, for charts that a link has opened. */
import type { FoundMetric } from '../../protocol/page';
import { findMetrics } from './api';

export class Catalogue {
  readonly #found = new Map<string, Promise<FoundMetric | undefined>>();
  /** Ends with the last search. Each is begun after the one before: the server refuses many at a time. */
  #last: Promise<unknown> = Promise.resolve();

  clear(): void {
    this.#found.clear();
  }

  get(name: string): Promise<FoundMetric | undefined> {
    let found = this.#found.get(name);
    if (found === undefined) {
      found = this.#last.then(() => this.#find(name));
      this.#last = found;
      this.#found.set(name, found);
    }
    return found;
  }

  async #find(name: string): Promise<FoundMetric | undefined> {
    const answer = await findMetrics(name);
    const found = answer.ok ? answer.value.metrics.find((metric) => metric.name === name) : undefined;
    if (found === undefined) this.#found.delete(name);
    return found;
  }
}

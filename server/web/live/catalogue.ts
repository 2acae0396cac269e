/** What the server has said of metrics by their names, for charts that a link has opened. */
import type { FoundMetric } from '../../protocol/page';
import { findMetrics } from './api';

export class Catalogue {
  readonly #found = new Map<string, Promise<FoundMetric | undefined>>();

  clear(): void {
    this.#found.clear();
  }

  get(name: string): Promise<FoundMetric | undefined> {
    let found = this.#found.get(name);
    if (found === undefined) {
      found = this.#find(name);
      this.#found.set(name, found);
    }
    return found;
  }

  async #find(name: string): Promise<FoundMetric | undefined> {
    const answer = await findMetrics(name, AbortSignal.timeout(10_000));
    const found = answer.ok ? answer.value.metrics.find((metric) => metric.name === name) : undefined;
    if (found === undefined) this.#found.delete(name);
    return found;
  }
}

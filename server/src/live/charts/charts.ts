/** All charts that viewers show. Those with the same subject are one, and one that was closed is kept for a moment. */
import type { Chart } from '../../../protocol/page';
import { OpenChart, type ChartSubject } from './open-chart';

/** Of all viewers together: each has up to a mebibyte of past. */
const MAX_CHARTS = 60;
/** A viewer that has lost its connection opens its charts again. */
const KEPT_MS = 60_000;

export class Charts {
  private readonly charts = new Map<string, OpenChart>();

  /** @param now milliseconds on a clock that never goes back */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** Those that a viewer shows. */
  get shown(): OpenChart[] {
    return [...this.charts.values()].filter(({ readers }) => readers > 0);
  }

  get count(): number {
    return this.charts.size;
  }

  /** @returns `undefined` if as many are open as may be */
  open({ metric, as, by, app, pmId }: Chart): OpenChart | undefined {
    const subject: ChartSubject = { metric, as, by, app, pmId };
    const key = JSON.stringify([metric, as, by ?? null, app ?? null, pmId ?? null]);
    this.forget();
    let chart = this.charts.get(key);
    if (chart === undefined) {
      if (this.charts.size >= MAX_CHARTS) this.forget(Infinity);
      if (this.charts.size >= MAX_CHARTS) return undefined;
      this.charts.set(key, (chart = new OpenChart(subject)));
    }
    chart.readers++;
    return chart;
  }

  close(chart: OpenChart): void {
    chart.readers--;
    chart.closedAt = this.now();
  }

  /** Forgets those that no viewer has shown for a while. */
  forget(now = this.now()): void {
    for (const [key, { readers, closedAt }] of this.charts)
      if (readers === 0 && now - closedAt >= KEPT_MS) this.charts.delete(key);
  }
}

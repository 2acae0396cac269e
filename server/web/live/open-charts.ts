/** The charts that are open: what each shows, and its points. */
import type { ChartPoints, ChartSeries } from '../../protocol/page';
import { MAX_CHARTS, specKey, type ChartSpec } from '../words/chart-spec';
import { groupBy } from '../words/group';
import { PointBuffer } from './buffer';
import { Topic } from './topic';

export interface OpenChart {
  readonly id: number;
  readonly spec: ChartSpec;
  readonly buffer: PointBuffer;
  /** Its series or its points have changed. */
  readonly news: Topic;
  unit: string | null;
  hasOther: boolean;
  /** Why there is nothing to show: a sentence. */
  error: string | null;
}

export class OpenCharts {
  readonly changed = new Topic();
  #charts: readonly OpenChart[] = [];
  #nextId = 1;

  get all(): readonly OpenChart[] {
    return this.#charts;
  }

  /** Charts that stay keep what they have. */
  set(specs: readonly ChartSpec[]): void {
    const before = groupBy(this.#charts, ({ spec }) => specKey(spec));
    this.#charts = specs
      .slice(0, MAX_CHARTS)
      .map((spec) => before.get(specKey(spec))?.shift() ?? newChart(this.#nextId++, spec));
    this.changed.changed();
  }

  /** The stream is another one: all points come again. */
  clear(): void {
    const specs = this.#charts.map(({ spec }) => spec);
    this.#charts = [];
    this.set(specs);
  }

  onSeries(event: ChartSeries): void {
    const chart = this.#charts.find(({ id }) => id === event[0]);
    if (chart === undefined) return;
    if (event.length === 2) {
      chart.error = event[1];
    } else {
      const [, unit, names, hasOther] = event;
      chart.error = null;
      chart.unit = unit;
      chart.hasOther = hasOther;
      chart.buffer.rename(names);
    }
    chart.news.changed();
  }

  onPoints([id, times, values]: ChartPoints): void {
    const chart = this.#charts.find((one) => one.id === id);
    if (chart === undefined) return;
    chart.buffer.add(times, values);
    if (times.length > 0) chart.error = null;
    chart.news.changed();
  }
}

function newChart(id: number, spec: ChartSpec): OpenChart {
  return { id, spec, buffer: new PointBuffer(), news: new Topic(), unit: null, hasOther: false, error: null };
}

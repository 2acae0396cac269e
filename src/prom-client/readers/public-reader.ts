/**
 * Reads what has an unknown shape by its public methods, as an app does: a metric by `get()`, a registry by
 * `getMetricsAsJSON()`. That makes an object for each line of the library's text, in one go.
 */
import { DataPointType, type MetricData } from '../../../core/otel';
import type { Sliced } from '../../../core/slicer';
import { isThenable } from './asking';
import type { DefaultLabels } from '../kinds/attributes';
import { Head, type RegistryHead } from '../kinds/heads';
import type { KeptPoint } from '../kinds/kinds';
import type { Reader, Reading } from './metric-reader';
import { PublicPoints, dataPointTypeOf, isPublicMetric, type PublicMetric } from './public-values';
import type { ForeignMetric, ForeignRegistry } from '../kinds/shapes';

interface Shown {
  readonly type: number;
  readonly head: Head;
  readonly kept: PublicPoints;
  metric: PublicMetric;
  points: readonly KeptPoint[];
}

export class PublicReader implements Reader {
  readonly keys = 0;
  private answer: readonly unknown[] = [];
  private shown = new Map<string, Shown>();

  private constructor(
    readonly metric: ForeignMetric,
    private readonly get: () => unknown,
    private readonly defaults: DefaultLabels | undefined,
  ) {}

  /** @param defaults of the metric's registry, which `get()` does not add */
  static ofMetric(metric: ForeignMetric, defaults: DefaultLabels | undefined): PublicReader {
    return new PublicReader(metric, () => metric.get(), defaults);
  }

  static ofRegistry(registry: ForeignRegistry): PublicReader {
    const get = (): unknown => registry.getMetricsAsJSON?.();
    return new PublicReader({ name: 'all of a registry', get }, get, undefined);
  }

  ask(): unknown {
    const answer = this.get();
    if (isThenable(answer)) return answer.then((one) => this.take(one));
    this.take(answer);
    return undefined;
  }

  private take(answer: unknown): void {
    this.answer = Array.isArray(answer) ? answer : [answer];
  }

  begin(): boolean {
    return true;
  }

  *read(reading: Reading): Sliced {
    const next = new Map<string, Shown>();
    for (const metric of this.answer) {
      yield;
      if (!isPublicMetric(metric)) throw new TypeError('what its get() returns has no "name" or no array "values"');
      const type = dataPointTypeOf(metric);
      let shown = this.shown.get(metric.name);
      if (shown?.type !== type) {
        const head = new Head(type, type === DataPointType.SUM);
        shown = { type, head, kept: new PublicPoints(this.defaults), metric, points: [] };
      }
      shown.metric = metric;
      shown.points = shown.kept.take(metric, reading);
      next.set(metric.name, shown);
    }
    this.shown = next;
  }

  data(registry: RegistryHead): readonly MetricData[] {
    return [...this.shown.values()].map(({ head, metric, points }) => head.data(metric, registry, points));
  }
}

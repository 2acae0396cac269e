/**
 * Random sequences of ResourceMetrics with what prom-client has beside OpenTelemetry's SDK: summaries in place of some gauges,
 * names that are Prometheus's, rules of their own, and exemplars.
 */
import * as fc from '../../support/properties';
import {
  AGGREGATORS,
  DataPointType,
  type DataPoint,
  type Exemplar,
  type HistogramValue,
  type MetricData,
  type ResourceMetrics,
  type SummaryValue,
} from '../../../core/otel';
import { sequences } from './metric-sequences';

const choice = fc.record({
  isSummary: fc.boolean(),
  isPrometheus: fc.boolean(),
  hasExemplars: fc.boolean(),
  aggregator: fc.option(fc.constantFrom(...AGGREGATORS), { nil: undefined }),
  quantiles: fc.subarray([0, 0.01, 0.5, 0.999, 1]),
  labels: fc.dictionary(fc.constantFrom('trace_id', 'a.b', '0', 'le'), fc.string({ maxLength: 8 }), { maxKeys: 3 }),
  time: fc.option(fc.integer({ min: 0, max: 2e12 }), { nil: undefined }),
});

type Choice = typeof choice extends fc.Arbitrary<infer T> ? T : never;

/** Five collections in a row. */
export const sequencesOfAllKinds: fc.Arbitrary<readonly ResourceMetrics[]> = fc
  .tuple(sequences, fc.array(choice, { minLength: 12, maxLength: 12 }))
  .map(([sequence, choices]) => {
    /** By descriptor, which is the same object in all collections. */
    const known = new Map<object, { readonly descriptor: MetricData['descriptor']; readonly choice: Choice }>();
    const metric = (data: MetricData): MetricData => {
      let one = known.get(data.descriptor);
      if (one === undefined) {
        const chosen = choices[known.size % choices.length]!;
        const naming = chosen.isPrometheus ? { naming: 'prometheus' as const } : {};
        known.set(data.descriptor, (one = { descriptor: { ...data.descriptor, ...naming }, choice: chosen }));
      }
      return changed({ ...data, descriptor: one.descriptor }, one.choice);
    };
    return sequence.map(({ resource, scopeMetrics }) => ({
      resource,
      scopeMetrics: scopeMetrics.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(metric) })),
    }));
  });

function changed(metric: MetricData, { isSummary, hasExemplars, aggregator, ...rest }: Choice): MetricData {
  const { dataPointType, dataPoints } = metric;
  const ruled = { ...metric, ...(aggregator !== undefined && { aggregator }) };
  if (isSummary && dataPointType === DataPointType.GAUGE) {
    const points = dataPoints.map((point) => ({ ...point, value: summaryOf(point.value as number, rest.quantiles) }));
    return { ...ruled, dataPointType: DataPointType.SUMMARY, dataPoints: points };
  }
  if (!hasExemplars) return ruled;
  return { ...ruled, dataPoints: dataPoints.map((point) => ({ ...point, exemplars: exemplarsOf(point, rest) })) };
}

function summaryOf(value: number, quantiles: readonly number[]): SummaryValue {
  return { count: value, sum: value, quantiles, values: quantiles.map((_, i) => value + i) };
}

/** Of a histogram, each second bucket has one: on its bound, or shortly behind it. */
function exemplarsOf(
  { value }: DataPoint,
  { labels, time }: Pick<Choice, 'labels' | 'time'>,
): (Exemplar | undefined)[] {
  const of = (number: number): Exemplar => ({
    attributes: labels,
    value: number,
    ...(time !== undefined && { time: time / 1000 }),
  });
  if (typeof value === 'number') return [of(value)];
  const { buckets } = value as Partial<HistogramValue>;
  return (buckets?.counts ?? []).map((_, i) => {
    const bound = buckets!.boundaries[i] ?? (buckets!.boundaries[i - 1] ?? 0) + 1;
    return i % 2 === 0 ? of(i % 4 === 0 ? bound : bound + 1) : undefined;
  });
}

/**
 * Random sequences of ResourceMetrics, as the collections of one process: series come, go, come back, change positions
 * and start anew.
 */
import * as fc from '../../support/properties';
import { DataPointType, type DataPoint, type HrTime, type MetricData, type ResourceMetrics } from '../../../core/otel';

const anyNumber = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 1000 }) },
  { weight: 2, arbitrary: fc.double() },
  {
    weight: 1,
    arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 2 ** 53, -(2 ** 53) - 2, 1e300, 5e-324),
  },
);

const anyText = fc.oneof(
  fc.string({ maxLength: 8 }),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.constantFrom('a"b', 'x\ny', '\\'),
);

const attributeValue = fc.oneof(
  { weight: 4, arbitrary: anyText },
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom<unknown>(null, undefined),
  fc.array(fc.oneof(anyText, fc.constant(null)), { maxLength: 3 }),
  fc.array(fc.oneof(fc.integer(), fc.boolean()), { maxLength: 3 }),
);

const attributes = fc.dictionary(
  fc.oneof(fc.constantFrom('method', 'route', 'le', 'a.b', '0'), anyText),
  attributeValue,
  {
    maxKeys: 4,
    noNullPrototype: true,
  },
);

const start: fc.Arbitrary<HrTime> = fc.tuple(
  fc.integer({ min: 0, max: 2_000_000_000 }),
  fc.integer({ min: 0, max: 999_999 }).map((us) => us * 1000),
);

const bounds = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.uniqueArray(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 6 }).map(ascending),
  },
  {
    weight: 1,
    arbitrary: fc
      .uniqueArray(fc.integer({ min: -9, max: 9 }), { maxLength: 4 })
      .map((some) => [...ascending(some), Infinity]),
  },
  { weight: 1, arbitrary: fc.constantFrom<number[]>([-Infinity, 0, 1], [Number.NaN], [Infinity]) },
);

function ascending(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b);
}

const count = fc.nat({ max: 5000 });
const moment = fc.option(anyNumber, { nil: undefined });

const histogram = bounds.chain((boundaries) =>
  fc.record({
    buckets: fc.record({
      boundaries: fc.constant(boundaries),
      counts: fc.array(count, { minLength: boundaries.length + 1, maxLength: boundaries.length + 1 }),
    }),
    count,
    sum: moment,
    min: moment,
    max: moment,
  }),
);

const buckets = fc.record({
  offset: fc.integer({ min: -50, max: 50 }),
  bucketCounts: fc.array(count, { maxLength: 70 }),
});
const exponential = fc.record({
  count,
  sum: moment,
  min: moment,
  max: moment,
  scale: fc.integer({ min: -10, max: 20 }),
  zeroCount: count,
  positive: buckets,
  negative: buckets,
});

const kinds = fc.constantFrom(
  { dataPointType: DataPointType.SUM, isMonotonic: true, type: 'COUNTER' },
  { dataPointType: DataPointType.SUM, isMonotonic: false, type: 'UP_DOWN_COUNTER' },
  { dataPointType: DataPointType.GAUGE, isMonotonic: undefined, type: 'OBSERVABLE_GAUGE' },
  { dataPointType: DataPointType.HISTOGRAM, isMonotonic: undefined, type: 'HISTOGRAM' },
  { dataPointType: DataPointType.EXPONENTIAL_HISTOGRAM, isMonotonic: undefined, type: 'HISTOGRAM' },
);

function valueOf(dataPointType: number): fc.Arbitrary<unknown> {
  if (dataPointType === DataPointType.HISTOGRAM) return histogram;
  return dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM ? exponential : anyNumber;
}

const name = fc.oneof(
  fc.constantFrom('requests', 'requests_total', 'a.b/c-d', '9lives', 'x'),
  fc.stringMatching(/^[a-zA-Z][\w.\-/]{0,12}$/),
);

/** One collection's view of a metric: which of its series are there, and whether their objects are the same. */
const look = fc.record({
  present: fc.array(fc.nat({ max: 11 }), { maxLength: 14 }),
  shuffled: fc.boolean(),
  /** New attributes objects of the same content, as after a restart of the collector. */
  strangers: fc.boolean(),
  missing: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
});

const metric = kinds.chain(({ dataPointType, isMonotonic, type }) =>
  fc.record({
    descriptor: fc.record({
      name,
      description: anyText,
      unit: fc.constantFrom('', 's', 'By', '{x}'),
      type: fc.constant(type),
      valueType: fc.constant(1),
    }),
    dataPointType: fc.constant(dataPointType),
    isMonotonic: fc.constant(isMonotonic),
    series: fc.array(fc.tuple(attributes, start), { minLength: 1, maxLength: 12 }),
    looks: fc.array(look, { minLength: 5, maxLength: 5 }),
    values: fc.array(valueOf(dataPointType), { minLength: 1, maxLength: 20 }),
  }),
);

const scope = fc.record({
  name: anyText,
  version: fc.constantFrom('', '1.0', undefined),
  schemaUrl: fc.constantFrom(undefined, 'https://example.org/schema'),
});

interface Script {
  readonly resource: Record<string, unknown>;
  readonly scopes: readonly { readonly scope: { name: string }; readonly metrics: readonly MetricScript[] }[];
}

type MetricScript = typeof metric extends fc.Arbitrary<infer T> ? T : never;

const script = fc.record({
  resource: attributes,
  scopes: fc.array(fc.record({ scope, metrics: fc.array(metric, { maxLength: 4 }) }), { maxLength: 3 }),
});

/** Five collections in a row. */
export const sequences: fc.Arbitrary<readonly ResourceMetrics[]> = script.map(play);

function play({ resource, scopes }: Script): ResourceMetrics[] {
  return [0, 1, 2, 3, 4].map((step) => ({
    resource: { attributes: resource },
    scopeMetrics: scopes.map(({ scope: of, metrics }) => ({
      scope: of,
      metrics: metrics.filter(({ looks }) => !looks[step]?.missing).map((one) => playMetric(one, step)),
    })),
  }));
}

function playMetric(
  { descriptor, dataPointType, isMonotonic, series, looks, values }: MetricScript,
  step: number,
): MetricData {
  const { present, shuffled, strangers } = looks[step] ?? { present: [], shuffled: false, strangers: false };
  const chosen = [...new Set(present.map((index) => index % series.length))];
  if (!shuffled) chosen.sort((a, b) => a - b);
  const endTime: HrTime = [1_795_000_000 + step * 10, 5_000_000];
  const dataPoints = chosen.map((index): DataPoint => {
    const [own, startTime] = series[index] as [Record<string, unknown>, HrTime];
    const value = values[(index * 7 + step * (index % 3)) % values.length];
    return { attributes: strangers ? { ...own } : own, startTime, endTime, value };
  });
  return {
    descriptor,
    aggregationTemporality: 1,
    dataPointType,
    ...(isMonotonic !== undefined && { isMonotonic }),
    dataPoints,
  };
}

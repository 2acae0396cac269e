/**
 * Structural types of the part of OpenTelemetry's metric data model that is read here.
 *
 * The classes of sdk-metrics 1.30, 2.x and 3.x are not assignable to each other (private fields, different enums), but
 * the data that their readers return has one shape.
 *
 * @see https://opentelemetry.io/docs/specs/otel/metrics/data-model/
 */

/** Seconds since the epoch, and nanoseconds within that second. */
export type HrTime = readonly [seconds: number, nanos: number];

/**
 * The values of sdk-metrics' `DataPointType`, the same in 1.30, 2.x and 3.x. `SUMMARY` is not one of them: OpenTelemetry's
 * SDK has no summaries, and Prometheus's clients have.
 */
export const DataPointType = { HISTOGRAM: 0, EXPONENTIAL_HISTOGRAM: 1, GAUGE: 2, SUM: 3, SUMMARY: 4 } as const;

/** The values of sdk-metrics' `AggregationTemporality`. */
export const AggregationTemporality = { DELTA: 0, CUMULATIVE: 1 } as const;

/** `true` at the series that stands for all series beyond the limit of an instrument in OpenTelemetry's SDK. */
export const OVERFLOW_ATTRIBUTE = 'otel.metric.overflow';

/** Attribute values are strings, numbers, booleans and arrays of these. Any other value is converted to one of them. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface Descriptor {
  readonly name: string;
  readonly description?: string;
  readonly unit?: string;
  /** The kind of instrument, such as `COUNTER` or `OBSERVABLE_GAUGE`. Exporters up to 0.57 derive names from it. */
  readonly type?: string;
  readonly valueType?: number;
  /**
   * The name is the one that Prometheus shows: no suffix such as `_total` is appended, series get no labels of their scope,
   * and a process all of whose families are named so gets no `target_info`.
   */
  readonly naming?: 'prometheus';
}

/** A metric's own rule for the values of several processes, in prom-client's words. */
export const AGGREGATORS = ['sum', 'first', 'min', 'max', 'average', 'omit'] as const;
export type Aggregator = (typeof AGGREGATORS)[number];

export interface HistogramValue {
  readonly buckets: { readonly boundaries: readonly number[]; readonly counts: readonly number[] };
  readonly count: number;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface ExponentialBuckets {
  readonly offset: number;
  readonly bucketCounts: readonly number[];
}

export interface ExponentialHistogramValue {
  readonly count: number;
  readonly sum?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly scale: number;
  readonly zeroCount: number;
  readonly positive: ExponentialBuckets;
  readonly negative: ExponentialBuckets;
}

export interface SummaryValue {
  readonly count: number;
  readonly sum: number;
  /** 0 to 1, in ascending order. */
  readonly quantiles: readonly number[];
  /** As many as quantiles. */
  readonly values: readonly number[];
}

/** One measurement that stands for the others, with labels that lead to it, such as a trace's id. */
export interface Exemplar {
  readonly attributes: Attributes;
  readonly value: number;
  /** Epoch seconds. */
  readonly time?: number;
}

export interface DataPoint<Value = unknown> {
  readonly attributes: Attributes;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly value: Value;
  /**
   * A counter has one, a histogram one per bucket, by the index of the bucket; those of other kinds are not looked at. A metric
   * whose first data point lacks this field is taken to have none, so that metrics without exemplars cost nothing: a first
   * data point without an exemplar has the field as `undefined`.
   */
  readonly exemplars?: readonly (Exemplar | undefined)[] | undefined;
}

/** What a source knows of the data points of a metric that it collects again and again. */
export interface Changes {
  /** Stands for this collection of the metric, and for the one that it is compared with; the first is compared with none. */
  readonly collection: object;
  readonly since: object | undefined;
  /** Of the data points with other numbers than in that collection. All are the same objects at the same indexes as there. */
  readonly indexes: readonly number[];
  /** Of counters and gauges: their values, as many as indexes, so that no data point has to be looked at. */
  readonly values?: readonly number[] | undefined;
  /** Whether one of those has another start time too. */
  readonly hasOtherStarts: boolean;
}

export interface MetricData {
  readonly descriptor: Descriptor;
  readonly dataPointType: number;
  readonly aggregationTemporality?: number;
  readonly isMonotonic?: boolean;
  /** How the cluster view makes one value of the processes' values; without it, the view's own table of rules decides. */
  readonly aggregator?: Aggregator;
  /** Of exponential histograms with deltas: buckets of one sign at the most, 160 if it is not given. OpenTelemetry has it in views. */
  readonly maxSize?: number;
  /**
   * Of deltas: by data point, the attributes that were recorded, as the JSON text of an array of sorted pairs
   * `[["key","value"],…]`, empty for none. Applications may have changed the objects since. Only our own reader gives it.
   */
  readonly recordedAttributes?: readonly string[] | undefined;
  /** Of cumulative metrics. Only our own sources give it. */
  readonly changes?: Changes | undefined;
  readonly dataPoints: readonly DataPoint[];
  /** Of deltas: the data points behind these. Only our own reader gives it. */
  readonly more?: MorePoints | undefined;
}

/**
 * Data points that are made when they are read, a batch at a time. So those of a metric are never alive all at once, and no
 * collection of garbage has to copy them.
 */
export interface MorePoints {
  /** How many there are. */
  readonly count: number;
  /** Begins with the first batch, each time it is called. */
  read(): Iterator<MadePoints>;
}

export type MadePoints = Pick<MetricData, 'dataPoints' | 'recordedAttributes'>;

export interface Scope {
  readonly name: string;
  readonly version?: string | undefined;
  readonly schemaUrl?: string | undefined;
}

export interface ScopeMetrics {
  readonly scope: Scope;
  readonly metrics: readonly MetricData[];
}

/** What the `collect()` of a metric reader returns. Later collections do not change it. */
export interface ResourceMetrics {
  readonly resource: { readonly attributes: Attributes };
  readonly scopeMetrics: readonly ScopeMetrics[];
}

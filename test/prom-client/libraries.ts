/** The libraries whose registries the source reads, with the part of their interface that they all have. */

type Labels = Record<string, unknown>;

export interface Options {
  readonly name: string;
  readonly help: string;
  readonly registers: readonly Registry[];
  readonly labelNames?: readonly string[];
  readonly aggregator?: string;
  readonly enableExemplars?: boolean;
  readonly buckets?: readonly number[];
  readonly percentiles?: readonly number[];
  readonly maxAgeSeconds?: number;
  readonly ageBuckets?: number;
  readonly pruneAgedBuckets?: boolean;
  readonly collect?: (this: Metric) => unknown;
}

export interface Metric {
  inc(labels?: unknown, value?: number): void;
  dec(labels: Labels, value?: number): void;
  set(labels: Labels | number, value?: number): void;
  observe(labels: unknown, value?: number): void;
  zero(labels: Labels): void;
  remove(labels: Labels): void;
  reset(): void;
  get(): unknown;
}

export interface Registry {
  metrics(): string | Promise<string>;
  getMetricsAsJSON(): unknown;
  getMetricsAsArray(): unknown[];
  setDefaultLabels(labels: Labels): void;
  removeSingleMetric(name: string): void;
  registerMetric(metric: Metric): void;
  resetMetrics(): void;
  clear(): void;
}

type MetricClass = new (options: Options) => Metric;

export interface Library {
  readonly Registry: {
    new (contentType?: string): Registry;
    readonly OPENMETRICS_CONTENT_TYPE: string;
    merge(registers: readonly Registry[]): Registry;
  };
  readonly Counter: MetricClass;
  readonly Gauge: MetricClass;
  readonly Histogram: MetricClass;
  readonly Summary: MetricClass;
  readonly collectDefaultMetrics: (options: { register: Registry }) => void;
}

export const NAMES = ['prom-client-14', 'prom-client', '@platformatic/prom-client', '@prometheus-io/client'] as const;

export function load(name: (typeof NAMES)[number]): Library {
  return require(name) as Library;
}

/** Those whose exemplars and OpenMetrics text exist. */
export const WITH_EXEMPLARS = NAMES.filter((name) => name !== 'prom-client-14');
/** Those that keep series in an object. */
export const WITH_HASH_MAPS = NAMES.filter((name) => name.startsWith('prom-client'));

/**
 * The shapes of prom-client 14 and 15, @platformatic/prom-client and @prometheus-io/client, as far as they are read here.
 * None of them is loaded: an app may have any of them, in any number of copies, and a bundler may have renamed their classes.
 *
 * prom-client keeps a metric's series in an object by a text of their labels (`hashMap`), the other two in a map behind the
 * methods of `store`. What has another shape is read by its public `get()`.
 */

export type Labels = Readonly<Record<string, unknown>>;

export interface ForeignExemplar {
  readonly labelSet: Labels;
  readonly value: number;
  readonly timestamp?: number;
}

/** A series of a counter or a gauge. */
export interface ScalarEntry {
  readonly labels: Labels;
  readonly value: number;
  readonly exemplar?: ForeignExemplar | null;
}

export interface HistogramEntry {
  readonly labels: Labels;
  readonly count: number;
  readonly sum: number;
  /** By upper bound, not cumulative, without those above the last bound. */
  readonly bucketValues: Readonly<Record<string, number>>;
  /** By upper bound; `-1` for those above the last one. */
  readonly bucketExemplars?: Readonly<Record<string, ForeignExemplar | null | undefined>>;
}

export interface SummaryEntry {
  readonly labels: Labels;
  readonly count: number;
  readonly sum: number;
  readonly td: Quantiles;
}

export interface Quantiles {
  compress(): void;
  percentile(quantile: number): number | undefined;
  size(): number;
  /** Whether old measurements are forgotten, so that quantiles change without a new one. */
  readonly shouldRotate?: unknown;
  readonly lastRotateTimestampMillis?: number;
  readonly durationBetweenRotatesMillis?: number;
}

export type Entry = ScalarEntry | HistogramEntry | SummaryEntry;
export type HashMap = Readonly<Record<string, Entry | undefined>>;

export interface Store {
  /** Of a summary: entries whose `value` is what prom-client has as the entry. */
  values(): Iterator<unknown>;
}

const KINDS = ['counter', 'gauge', 'histogram', 'summary'] as const;
export type KindName = (typeof KINDS)[number];

export interface ForeignMetric {
  readonly name: string;
  readonly help?: unknown;
  readonly type?: unknown;
  readonly aggregator?: unknown;
  readonly collect?: unknown;
  readonly enableExemplars?: unknown;
  readonly pruneAgedBuckets?: unknown;
  readonly upperBounds?: unknown;
  readonly percentiles?: unknown;
  readonly hashMap?: unknown;
  readonly store?: unknown;
  get(): unknown;
  remove?(labels: Labels): void;
}

export interface ForeignRegistry {
  getMetricsAsArray?(): readonly ForeignMetric[];
  getMetricsAsJSON?(): unknown;
  readonly contentType?: unknown;
  readonly _defaultLabels?: unknown;
}

/** Thrown where a metric turns out to have another shape than it seemed to have. */
export class UnknownShape extends Error {}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Whether it has the methods that a registry is read by, in this or that way. */
export function isRegistry(value: unknown): value is ForeignRegistry {
  if (!isObject(value)) return false;
  return typeof value['getMetricsAsArray'] === 'function' || typeof value['getMetricsAsJSON'] === 'function';
}

/** Whether default labels and metrics of the registry can be read one by one. */
export function isKnownRegistry(
  registry: ForeignRegistry,
): registry is Required<ForeignRegistry> & { readonly _defaultLabels: Labels } {
  return typeof registry.getMetricsAsArray === 'function' && isObject(registry._defaultLabels);
}

/** @returns `undefined` where the metric is to be read by its `get()` */
export function kindOf(metric: ForeignMetric): KindName | undefined {
  const kind = metric.type === undefined ? untypedKindOf(metric) : KINDS.find((one) => one === metric.type);
  if (kind === undefined || !hasOwnGet(metric)) return undefined;
  if (kind === 'histogram' && !isNumbers(metric.upperBounds)) return undefined;
  if (kind === 'summary' && !isNumbers(metric.percentiles)) return undefined;
  return isHashMap(metric.hashMap) || isStore(metric.store) ? kind : undefined;
}

/** In prom-client 14 a metric does not say what it is. */
function untypedKindOf(metric: ForeignMetric): KindName | undefined {
  const { upperBounds, percentiles, set, inc } = metric as unknown as Readonly<Record<string, unknown>>;
  if (upperBounds !== undefined) return 'histogram';
  if (percentiles !== undefined) return 'summary';
  if (typeof inc !== 'function') return undefined;
  return typeof set === 'function' ? 'gauge' : 'counter';
}

export function isHashMap(value: unknown): value is HashMap {
  return isObject(value) && !(value instanceof Map) && !Array.isArray(value);
}

export function isStore(value: unknown): value is Store {
  return isObject(value) && typeof value['values'] === 'function' && typeof value['size'] === 'number';
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'number');
}

/**
 * Whether `get()` is the library's and not one that the app has put in its place, which may show other values than those
 * that are kept. Classes are told by what they define, since bundlers rename them.
 */
function hasOwnGet(metric: ForeignMetric): boolean {
  const own = metric as unknown as Readonly<Record<string, unknown>>;
  // @platformatic/prom-client puts one of two methods there.
  if (Object.hasOwn(metric, 'get'))
    return isObject(own) && (own['get'] === own['_getSync'] || own['get'] === own['_getAsync']);
  let prototype: unknown = Object.getPrototypeOf(metric);
  while (isObject(prototype) && !Object.hasOwn(prototype, 'get')) prototype = Object.getPrototypeOf(prototype);
  return isObject(prototype) && Object.hasOwn(prototype, 'labels') && Object.hasOwn(prototype, 'remove');
}

/** Whether `get()` calls `collect()`. */
export function hasCollect(metric: ForeignMetric): metric is ForeignMetric & { collect(): unknown } {
  const own = metric as unknown as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(metric, 'get') && own['get'] === own['_getSync']) return false;
  return typeof metric.collect === 'function';
}

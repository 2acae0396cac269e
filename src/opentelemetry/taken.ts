/**
 * What was collected and is not yet in the exporter's hands. The SDK forgets a delta as soon as it has given it out, so a
 * collection whose result was not used is handed over again, in front of the next one.
 */
import { AggregationTemporality, type MetricData, type ResourceMetrics, type ScopeMetrics } from '../../core/otel';
import { joinedMetric } from './taken-deltas';

interface Waiting {
  /** Collections are numbered, since what is kept of one changes while it waits. */
  readonly number: number;
  readonly scopeMetrics: readonly ScopeMetrics[];
}

export class Taken {
  private collections = 0;
  /** The oldest first. */
  private waiting: Waiting[] = [];
  /** By what was handed over: the number of the last collection in it. */
  private readonly lastOf = new WeakMap<object, number>();

  get isEmpty(): boolean {
    return this.waiting.length === 0;
  }

  add(scopeMetrics: readonly ScopeMetrics[]): void {
    // Nearly always nothing waits.
    if (!this.isEmpty) this.waiting = withoutTotals(this.waiting);
    this.waiting.push({ number: ++this.collections, scopeMetrics });
  }

  /** @returns all that waits, as one collection. It waits on until it is {@link accept}ed. */
  handOver(resource: ResourceMetrics['resource']): ResourceMetrics {
    let scopeMetrics: readonly ScopeMetrics[] = [];
    for (const one of this.waiting) scopeMetrics = joined(scopeMetrics, one.scopeMetrics);
    const handed = { resource, scopeMetrics };
    this.lastOf.set(handed, this.collections);
    return handed;
  }

  /** Forgets what was handed over in this object, as something else keeps it from now on. */
  accept(handed: unknown): void {
    const last = typeof handed === 'object' && handed !== null ? this.lastOf.get(handed) : undefined;
    if (last !== undefined) this.waiting = this.waiting.filter(({ number }) => number > last);
  }
}

/** Leaves only the deltas of collections that a later one follows: its totals are newer. */
function withoutTotals(waiting: readonly Waiting[]): Waiting[] {
  return waiting
    .map(({ number, scopeMetrics }) => ({ number, scopeMetrics: deltasOf(scopeMetrics) }))
    .filter(({ scopeMetrics }) => scopeMetrics.length > 0);
}

function deltasOf(scopeMetrics: readonly ScopeMetrics[]): readonly ScopeMetrics[] {
  const isDelta = ({ aggregationTemporality }: MetricData): boolean =>
    aggregationTemporality === AggregationTemporality.DELTA;
  if (scopeMetrics.every(({ metrics }) => metrics.every(isDelta))) return scopeMetrics;
  return scopeMetrics
    .map(({ scope, metrics }) => ({ scope, metrics: metrics.filter(isDelta) }))
    .filter(({ metrics }) => metrics.length > 0);
}

/** Two collections as one. The same metric in both is one metric, with the data points of both. */
function joined(earlier: readonly ScopeMetrics[], later: readonly ScopeMetrics[]): readonly ScopeMetrics[] {
  if (earlier.length === 0) return later;
  const scopes = new Map(earlier.map((one) => [one.scope, one]));
  for (const { scope, metrics } of later) {
    scopes.set(scope, { scope, metrics: joinedMetrics(scopes.get(scope)?.metrics ?? [], metrics) });
  }
  return [...scopes.values()];
}

/** The SDK gives the same descriptor objects at each collection. */
function joinedMetrics(earlier: readonly MetricData[], later: readonly MetricData[]): readonly MetricData[] {
  const before = new Map(earlier.map((metric) => [metric.descriptor, metric]));
  for (const metric of later) {
    const known = before.get(metric.descriptor);
    before.set(metric.descriptor, known === undefined ? metric : joinedMetric(known, metric));
  }
  return [...before.values()];
}

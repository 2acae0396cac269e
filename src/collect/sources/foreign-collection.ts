/**
 * Looks into what a source has collected, which is foreign: the resource, and the list of scopes with their metrics. What is
 * deeper in it is checked by the encoder.
 */
import { AggregationTemporality, type MetricData, type ResourceMetrics, type ScopeMetrics } from '../../../core/otel';
import { messageOf } from '../../../core/values';

export interface ForeignCollection {
  readonly resource: ResourceMetrics['resource'];
  /** A copy of the list. */
  readonly scopeMetrics: readonly ScopeMetrics[];
  /** What the source has returned. */
  readonly data: unknown;
}

/** What the encoder reads at the most, in the scopes of all sources together. A foreign array may claim any length. */
export const MOST_ENTRIES = 100_000;

/** @throws TypeError where it is no `ResourceMetrics` at all */
export function readForeign(data: unknown, mostScopes = MOST_ENTRIES): ForeignCollection {
  let reason = '';
  try {
    const { resource, scopeMetrics } = (data ?? {}) as Partial<ResourceMetrics>;
    if (typeof resource === 'object' && resource !== null && Array.isArray(scopeMetrics)) {
      return { resource, scopeMetrics: firstOf(scopeMetrics as readonly ScopeMetrics[], mostScopes), data };
    }
  } catch (error) {
    reason = `: ${messageOf(error)}`;
  }
  throw new TypeError(`expected ResourceMetrics: an object with "resource" and an array "scopeMetrics"${reason}`);
}

interface ByTemporality {
  readonly deltas: readonly ScopeMetrics[];
  readonly others: readonly ScopeMetrics[];
}

/** What cannot be read is among the others: the encoder tells what is wrong with it. */
export function byTemporality(scopeMetrics: readonly ScopeMetrics[]): ByTemporality {
  const deltas: ScopeMetrics[] = [];
  const others: ScopeMetrics[] = [];
  let room = MOST_ENTRIES;
  for (const entry of scopeMetrics) {
    try {
      const metrics = firstOf(entry.metrics, room);
      room -= metrics.length;
      const ofDeltas = metrics.filter(isDelta);
      if (ofDeltas.length > 0) deltas.push({ scope: entry.scope, metrics: ofDeltas });
      if (ofDeltas.length === 0) others.push(entry);
      else if (ofDeltas.length < metrics.length) {
        others.push({ scope: entry.scope, metrics: metrics.filter((metric) => !isDelta(metric)) });
      }
    } catch {
      others.push(entry);
    }
  }
  return { deltas, others };
}

function isDelta(metric: MetricData): boolean {
  try {
    return metric.aggregationTemporality === AggregationTemporality.DELTA;
  } catch {
    return false;
  }
}

/** A list may be a proxy that claims any length. */
function firstOf<T>(list: readonly T[], most: number): T[] {
  const copy: T[] = [];
  const length = Math.min(list.length, most);
  for (let i = 0; i < length; i++) copy.push(list[i] as T);
  return copy;
}

/** Whether to wait for it. If looking for `then` throws, waiting for it gives that error. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  try {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
    return typeof (value as { then?: unknown }).then === 'function';
  } catch {
    return true;
  }
}

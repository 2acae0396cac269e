/** Checks that data is a collection, before any of it is encoded. */
import type { ResourceMetrics } from '../otel';

/** @throws TypeError */
export function assertResourceMetrics(data: unknown): asserts data is ResourceMetrics {
  const { resource, scopeMetrics } = (data ?? {}) as Partial<ResourceMetrics>;
  if (typeof resource !== 'object' || !Array.isArray(scopeMetrics)) {
    throw new TypeError('expected ResourceMetrics: an object with "resource" and an array "scopeMetrics"');
  }
  for (const scopeMetric of scopeMetrics as readonly unknown[]) {
    const { scope, metrics } = (scopeMetric ?? {}) as { scope?: unknown; metrics?: unknown };
    if (typeof scope !== 'object' || scope === null || !Array.isArray(metrics)) {
      throw new TypeError('expected every entry of "scopeMetrics" to have an object "scope" and an array "metrics"');
    }
  }
}

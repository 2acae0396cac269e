/** How probes are called, and their units. */
import type { CounterMode } from '../../protocol/tasks';

/**
 * `name`, or `name[key1=value1,key2=value2]`, with the part of the series that the probe shows at the end of the
 * brackets, as in `name[key=value,p50]`.
 */
export function probeName(metric: string, labels: string, part: string): string {
  const inner = labels !== '' && part !== '' ? `${labels},${part}` : labels + part;
  return inner === '' ? metric : `${metric}[${inner}]`;
}

/** `key1=value1,key2=value2` in the order of the attributes; what is not a string shows as its JSON text. */
export function labelsOf(attributesText: string): string {
  if (attributesText === '{}') return '';
  const attributes = JSON.parse(attributesText) as Record<string, unknown>;
  return Object.entries(attributes)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join();
}

/** OpenTelemetry's unit `1` says that there is none. */
export function unitOf(unit: string | undefined, counters: CounterMode): string | undefined {
  const base = unit === undefined || unit === '1' ? '' : unit;
  const shown = counters === 'rate' ? `${base}/s` : base;
  return shown === '' ? undefined : shown;
}

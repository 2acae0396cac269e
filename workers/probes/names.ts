/** Names and units of probes. */
import type { CounterMode } from '../../protocol/tasks';

/**
 * @param labels such as `key1=value1,key2=value2`; empty for none
 * @param statistic such as `p50`; empty where the metric has only one
 * @returns `metric`, `metric[labels]`, `metric[statistic]` or `metric[labels,statistic]`
 */
export function probeName(metric: string, labels: string, statistic: string): string {
  const inner = labels !== '' && statistic !== '' ? `${labels},${statistic}` : labels + statistic;
  return inner === '' ? metric : `${metric}[${inner}]`;
}

/** @returns `key1=value1,key2=value2` in the order of the attributes; a value that is not a string as its JSON text */
export function labelsOf(attributesText: string): string {
  if (attributesText === '{}') return '';
  return Object.entries(attributesOf(attributesText))
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join();
}

export function attributesOf(attributesText: string): Readonly<Record<string, unknown>> {
  return JSON.parse(attributesText) as Record<string, unknown>;
}

/** @returns `undefined` where there is no unit to show; OpenTelemetry's unit `1` means that there is none */
export function unitOf(unit: string | undefined, counters: CounterMode): string | undefined {
  const base = unit === undefined || unit === '1' ? '' : unit;
  const shown = counters === 'rate' ? `${base}/s` : base;
  return shown === '' ? undefined : shown;
}

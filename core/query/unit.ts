/** The units of a query's values. */
import { DataPointType } from '../otel';
import type { Family } from '../snapshot';
import type { QueryStatistic } from './query';

/** @returns `undefined` where there is none; OpenTelemetry's unit `1` means that there is none */
export function unitOf({ descriptor, dataPointType }: Family, as: QueryStatistic): string | undefined {
  const isScalar = dataPointType === DataPointType.SUM || dataPointType === DataPointType.GAUGE;
  const isCount = !isScalar && (as === 'rate' || as === 'delta' || as === 'total');
  const own = isCount || descriptor.unit === '1' ? '' : descriptor.unit || unitInName(descriptor.name);
  const unit = as === 'rate' ? `${own}/s` : own;
  return unit === '' ? undefined : unit;
}

const WORDS: Readonly<Record<string, string>> = { milliseconds: 'ms', ms: 'ms', seconds: 's', bytes: 'By' };

/** The unit that a name ends with, as Prometheus' conventions want it: metrics of prom-client have no other one. */
function unitInName(name: string): string {
  const word = /_(milliseconds|ms|seconds|bytes)(?:_total)?$/.exec(name)?.[1];
  return (word === undefined ? undefined : WORDS[word]) ?? '';
}

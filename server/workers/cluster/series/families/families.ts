/** Which families of several runs are one family of the app, and how their numbers are merged. */
import type { GaugeMerge } from '../../../../protocol/tasks';
import { AggregationTemporality, DataPointType, type Scope } from '../../../../../core/otel';
import type { Family, ScopeFamilies } from '../../../../../core/snapshot';

export interface KeyedFamily {
  readonly key: string;
  readonly scope: Scope;
  readonly family: Family;
}

/**
 * Families with equal keys are one family of the app. Descriptions may differ, and so may temporalities, since deltas are
 * added up. Several families of one snapshot whose keys are equal are told apart by their order.
 */
export function* keyedFamilies(scopes: readonly ScopeFamilies[]): Generator<KeyedFamily> {
  const seen = new Map<string, number>();
  for (const { scope, families } of scopes) {
    for (const family of families) {
      const key = keyOf(scope, family);
      const occurrence = seen.get(key) ?? 0;
      seen.set(key, occurrence + 1);
      yield { key: occurrence === 0 ? key : `${key}#${occurrence}`, scope, family };
    }
  }
}

function keyOf(scope: Scope, { descriptor, dataPointType, isMonotonic }: Family): string {
  const { name, unit = '', type = '', naming } = descriptor;
  return JSON.stringify([scopeKey(scope), name, unit, type, dataPointType, isMonotonic, naming]);
}

export function scopeKey({ name, version = '', schemaUrl = '' }: Scope): string {
  return JSON.stringify([name, version, schemaUrl]);
}

/**
 * `add`: the numbers only grow, and stay in the sums when their run ends. `first`: the number of the instance with the lowest
 * pm_id. `omit`: not shown.
 */
export type Merge = 'add' | 'first' | 'omit' | GaugeMerge;

/** Whether the numbers only grow. */
export function isAdded(dataPointType: number, isMonotonic: boolean | undefined): boolean {
  switch (dataPointType) {
    case DataPointType.HISTOGRAM:
    case DataPointType.EXPONENTIAL_HISTOGRAM:
    case DataPointType.SUMMARY:
      return true;
    default:
      return dataPointType === DataPointType.SUM && isMonotonic === true;
  }
}

/** OpenTelemetry's names for the host, as they are and as Prometheus shows them. */
const HOST_NAMES = /^system[._](cpu|memory|paging|disk|filesystem|network|process|processes|linux)[._]/;

/** Whether it counts what the host does: the numbers of all runs are the same one, and are not added. */
export function isOfHost({
  descriptor,
  dataPointType,
  isMonotonic,
}: Omit<Family, 'pages' | 'order' | 'endTime'>): boolean {
  return dataPointType === DataPointType.SUM && isMonotonic === true && HOST_NAMES.test(descriptor.name);
}

export function isDelta({ aggregationTemporality }: Family): boolean {
  return aggregationTemporality === AggregationTemporality.DELTA;
}

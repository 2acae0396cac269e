/** What makes a metric a family of its own, and how a snapshot describes it. */
import { AggregationTemporality, type Descriptor, type HrTime, type MetricData, type Scope } from '../otel';
import { strideOf, type Family } from '../snapshot';
import type { FamilyEncoder } from './family-encoder';
import { layoutFor, layoutKindOf } from './columns/layouts';

/** @returns what is wrong with the metric as such, `undefined` if it may be encoded */
export function problemOf(metric: unknown): string | undefined {
  const { descriptor, dataPointType, dataPoints } = (metric ?? {}) as Partial<MetricData>;
  if (typeof descriptor?.name !== 'string') return 'a metric has no descriptor with a name';
  const { name } = descriptor;
  if (!Array.isArray(dataPoints)) return `metric ${JSON.stringify(name)} has no array "dataPoints"`;
  if (typeof dataPointType !== 'number' || layoutKindOf(dataPointType) === undefined) {
    return `metric ${JSON.stringify(name)} has the unknown dataPointType ${String(dataPointType)}, expected 0 to 3`;
  }
  return undefined;
}

/** Nearly always a descriptor is the same object at each collection: what is made of it is made once. */
const descriptorKeys = new WeakMap<Descriptor, string>();
const plainDescriptors = new WeakMap<Descriptor, Descriptor>();
const plainScopes = new WeakMap<Scope, Scope>();

function once<T extends object>(made: WeakMap<T, T>, of: T, make: (of: T) => T): T {
  let one = made.get(of);
  if (one === undefined) made.set(of, (one = make(of)));
  return one;
}

export function familyKey(scope: Scope, metric: MetricData): string {
  const { descriptor, dataPointType, isMonotonic, aggregationTemporality } = metric;
  let key = descriptorKeys.get(descriptor);
  if (key === undefined) {
    const { name, description, unit, type } = descriptor;
    key = JSON.stringify([name, description, unit, type]);
    descriptorKeys.set(descriptor, key);
  }
  const { name, version = '', schemaUrl = '' } = scope;
  return `${name}\n${version}\n${schemaUrl}\n${dataPointType}${String(isMonotonic)}${String(aggregationTemporality)}${key}`;
}

export function describeFamily(metric: MetricData, encoder: FamilyEncoder): Family {
  return {
    descriptor: once(plainDescriptors, metric.descriptor, plainDescriptor),
    dataPointType: metric.dataPointType,
    aggregationTemporality:
      metric.aggregationTemporality === AggregationTemporality.DELTA
        ? AggregationTemporality.DELTA
        : AggregationTemporality.CUMULATIVE,
    isMonotonic: metric.isMonotonic === undefined ? undefined : Boolean(metric.isMonotonic),
    endTime: plainTime(metric.dataPoints[0]?.endTime),
    pages: encoder.series.publishPages(),
    order: encoder.order,
  };
}

/** Only the fields that can cross to another thread and are of use there. */
function plainDescriptor({ name, description, unit, type, valueType }: Descriptor): Descriptor {
  return {
    name,
    ...(typeof description === 'string' && { description }),
    ...(typeof unit === 'string' && { unit }),
    ...(typeof type === 'string' && { type }),
    ...(typeof valueType === 'number' && { valueType }),
  };
}

function plainTime(time: HrTime | undefined): HrTime {
  return [finite(time?.[0]), finite(time?.[1])];
}

function finite(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : 0;
}

/** How many numbers the metric's data points take, if they are all laid out as the first one is. */
export function numbersOf(metric: MetricData): number {
  const kind = layoutKindOf(metric.dataPointType);
  const first = metric.dataPoints[0];
  if (kind === undefined || first === undefined) return 0;
  try {
    return metric.dataPoints.length * strideOf(layoutFor(kind, first.value));
  } catch {
    return 0; // Malformed: encoding it tells what is wrong.
  }
}

/** Only the fields that can cross to another thread and are of use there. */
export function describeScope(scope: Scope): Scope {
  return once(plainScopes, scope, ({ name, version, schemaUrl }) => ({
    name: String(name),
    ...(typeof version === 'string' && { version }),
    ...(typeof schemaUrl === 'string' && { schemaUrl }),
  }));
}

/** How many data points are lost with a metric that is left out. */
export function pointCount(metric: unknown): number {
  const points = (metric as Partial<MetricData> | null)?.dataPoints;
  return Array.isArray(points) ? points.length : 0;
}

/**
 * Makes data points of deltas that were taken out of a storage of the SDK, a batch at a time: the first batch at once, the others
 * when they are read. The deltas no longer change, so that each reading gives the same.
 */
import { BATCH_POINTS } from '../../core/encoder/deltas/point-batch';
import {
  AggregationTemporality,
  type Attributes,
  type HrTime,
  type MadePoints,
  type MetricData,
  type MorePoints,
} from '../../core/otel';
import type { Sliced } from '../../core/slicer';
import { isKnownHash, type SdkDeltas, type SdkResult, type SwappableStorage } from './sdk-state';

/** @returns `undefined` where the SDK's aggregation drops all of them */
export function metricOfDeltas(storage: SwappableStorage, deltas: SdkDeltas, time: HrTime): MetricData | undefined {
  const { _maxSize: maxSize } = storage._deltaMetricStorage._aggregator;
  const batches = batchesOf(storage, deltas, time);
  const first = batches.next();
  if (first.done === true) return undefined;
  const more = moreOf(storage, deltas, time);
  return { ...first.value, ...(typeof maxSize === 'number' && { maxSize }), ...(more && { more }) };
}

function moreOf(storage: SwappableStorage, deltas: SdkDeltas, time: HrTime): MorePoints | undefined {
  const count = deltas._valueMap.size - BATCH_POINTS;
  if (count <= 0) return undefined;
  const read = (): Iterator<MadePoints> => {
    const batches = batchesOf(storage, deltas, time);
    batches.next();
    return batches;
  };
  return { count, read };
}

function* batchesOf(storage: SwappableStorage, deltas: SdkDeltas, time: HrTime): Generator<MetricData> {
  const { _instrumentDescriptor: descriptor, _deltaMetricStorage } = storage;
  const { _aggregator: aggregator } = _deltaMetricStorage;
  const { _keyMap: attributes, _valueMap: accumulations } = deltas;
  const isKnown = isKnownHash(deltas);
  // Both maps have the same keys in the same order, as nothing is ever removed.
  const objects = attributes.values();
  let records: (readonly [Attributes, unknown])[] = [];
  // By what the SDK tells series apart: the JSON text of their sorted attributes, at the time when they were recorded.
  let recordedAttributes: string[] = [];
  let left = accumulations.size;
  for (const [hash, accumulation] of accumulations) {
    records.push([objects.next().value as Attributes, accumulation]);
    recordedAttributes.push(hash);
    if (--left > 0 && records.length < BATCH_POINTS) continue;
    const made = aggregator.toMetricData(descriptor, AggregationTemporality.DELTA, records, time);
    if (made === undefined) return;
    yield isKnown && made.dataPoints.length === records.length ? { ...made, recordedAttributes } : made;
    records = [];
    recordedAttributes = [];
  }
}

/** The same collection for whoever is not to know of batches: each metric has all of its data points. */
export function* withAllPoints(result: SdkResult): Sliced<SdkResult> {
  const { resource, scopeMetrics } = result.resourceMetrics;
  const all: (typeof scopeMetrics)[number][] = [];
  for (const { scope, metrics } of scopeMetrics) {
    const whole: MetricData[] = [];
    for (const metric of metrics) whole.push(yield* wholeMetric(metric));
    all.push({ scope, metrics: whole });
  }
  return { ...result, resourceMetrics: { resource, scopeMetrics: all } };
}

function* wholeMetric({ more, recordedAttributes: _, ...metric }: MetricData): Sliced<MetricData> {
  if (more === undefined) return metric;
  const dataPoints = [...metric.dataPoints];
  const batches = more.read();
  for (let next = batches.next(); next.done !== true; next = batches.next()) {
    for (const point of next.value.dataPoints) dataPoints.push(point);
    yield;
  }
  return { ...metric, dataPoints };
}

/** Two collections of a metric as one. */
export function joinedMetric(earlier: MetricData, later: MetricData): MetricData {
  const { dataPoints, recordedAttributes, more } = earlier;
  const before = more instanceof JoinedPoints ? more.parts : [more];
  return { ...later, dataPoints, recordedAttributes, more: new JoinedPoints([...before, later, later.more]) };
}

/** However many collections wait: it is a list of theirs, and not one in the other. */
class JoinedPoints implements MorePoints {
  readonly count: number;

  constructor(readonly parts: readonly (MadePoints | MorePoints | undefined)[]) {
    this.count = parts.reduce((sum, part) => sum + (part === undefined ? 0 : countOf(part)), 0);
  }

  *read(): Generator<MadePoints> {
    for (const part of this.parts) {
      if (part === undefined) continue;
      if (isMade(part)) yield part;
      else yield* { [Symbol.iterator]: () => part.read() };
    }
  }
}

function isMade(part: MadePoints | MorePoints): part is MadePoints {
  return 'dataPoints' in part;
}

function countOf(part: MadePoints | MorePoints): number {
  return isMade(part) ? part.dataPoints.length : part.count;
}

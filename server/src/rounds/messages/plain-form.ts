/**
 * Prepares an answer in the plain form for the encoder. JSON has no NaN and no infinities, the sender may have made any
 * mistake, and the answer must not be larger than allowed.
 *
 * This module turns values into numbers and checks sizes. It changes the message in place, since no other code uses it,
 * and works in slices. The encoder then leaves out single metrics whose shape is wrong.
 */
import { DataPointType, type HrTime, type ResourceMetrics } from '../../../../core/otel';
import type { Sliced } from '../../../../core/slicer';
import { MAX_BUCKETS } from '../../../../core/snapshot';
import { isRecord } from '../../../../core/values';

export interface PlainForm {
  readonly data: ResourceMetrics;
  /** When it was collected, epoch milliseconds: the latest end of its data points; `undefined` without any. */
  readonly collectedAt: number | undefined;
  /** Earliest start of its data points, epoch milliseconds. */
  readonly since: number | undefined;
}

export interface PlainLimits {
  readonly maxDataPoints: number;
  /** Sum of the numbers of all data points, bucket counts and bounds included. */
  readonly maxNumbers: number;
}

export class PlainFormError extends Error {
  override readonly name = 'PlainFormError';

  constructor(
    readonly code: 'MALFORMED' | 'TOO_LARGE',
    message: string,
  ) {
    super(message);
  }
}

/** Largest difference between the bucket capacity that the encoder chooses for a list and the list's length. */
const CAPACITY_MORE = 32;
/** Number of data points between two looks at the clock. */
const CHUNK_POINTS = 256;

type Fields = Record<string, unknown>;

/**
 * When the data was collected, epoch milliseconds. It looks at one data point of each metric only, since all data points
 * of a collection have the same end.
 */
export function collectedAt(data: unknown): number | undefined {
  let latest: number | undefined;
  for (const { metrics } of listOf(fieldsOf(data)['scopeMetrics']).map(fieldsOf)) {
    for (const { dataPoints } of listOf(metrics).map(fieldsOf)) {
      const end = millis(fieldsOf(listOf(dataPoints)[0])['endTime']);
      if (end !== undefined && (latest === undefined || end > latest)) latest = end;
    }
  }
  return latest;
}

/** @throws PlainFormError */
export function* readPlainForm(data: unknown, limits: PlainLimits): Sliced<PlainForm> {
  assertResourceMetrics(data);
  const reader = new Reader(limits);
  for (const { metrics } of data.scopeMetrics) {
    for (const metric of metrics as readonly unknown[]) {
      const { dataPointType, dataPoints } = fieldsOf(metric);
      const points = listOf(dataPoints);
      reader.begin(points.length);
      for (let i = 0; i < points.length; i++) {
        if (i % CHUNK_POINTS === 0) yield;
        reader.read(fieldsOf(points[i]), dataPointType);
      }
    }
  }
  return { data, collectedAt: collectedAt(data), since: reader.since };
}

/** @throws PlainFormError */
function assertResourceMetrics(data: unknown): asserts data is ResourceMetrics {
  const { resource, scopeMetrics } = fieldsOf(data);
  if (!isRecord(resource) || !Array.isArray(scopeMetrics)) {
    throw malformed('an object with "resource" and an array "scopeMetrics"');
  }
  for (const { scope, metrics } of scopeMetrics.map(fieldsOf)) {
    if (isRecord(scope) && Array.isArray(metrics)) continue;
    throw malformed('every entry of "scopeMetrics" to have an object "scope" and an array "metrics"');
  }
}

function malformed(expected: string): PlainFormError {
  return new PlainFormError('MALFORMED', `expected ResourceMetrics: ${expected}`);
}

class Reader {
  since: number | undefined;
  private points = 0;
  private numbers = 0;
  /** Data points of the current metric that have not been read. */
  private left = 0;
  private isFirst = true;

  constructor(private readonly limits: PlainLimits) {}

  begin(points: number): void {
    this.points += points;
    if (this.points > this.limits.maxDataPoints) {
      throw new PlainFormError('TOO_LARGE', `it has more than ${this.limits.maxDataPoints} data points`);
    }
    this.left = points;
    this.isFirst = true;
  }

  read(point: Fields, dataPointType: unknown): void {
    const start = millis(point['startTime']);
    if (start === undefined) point['startTime'] = [0, 0];
    else if (this.since === undefined || start < this.since) this.since = start;
    point['value'] = this.readValue(point['value'], dataPointType);
    this.isFirst = false;
    this.left--;
  }

  /** @returns `undefined` if the value has something else in place of a list: the encoder then leaves the metric out */
  private readValue(value: unknown, dataPointType: unknown): unknown {
    const fields = fieldsOf(value);
    switch (dataPointType) {
      case DataPointType.HISTOGRAM:
        readMoments(fields);
        return this.readLists(fields['buckets'], 'boundaries', 'counts') ? fields : undefined;
      case DataPointType.EXPONENTIAL_HISTOGRAM:
        readMoments(fields);
        return this.readSide(fields['positive']) && this.readSide(fields['negative']) ? fields : undefined;
      default:
        return numberOf(value);
    }
  }

  private readSide(side: unknown): boolean {
    const fields = fieldsOf(side);
    fields['offset'] = numberOf(fields['offset']);
    return this.readLists(fields, 'bucketCounts');
  }

  private readLists(holder: unknown, ...names: readonly string[]): boolean {
    return names.every((name) => {
      const list = fieldsOf(holder)[name];
      if (!Array.isArray(list)) return false;
      this.allow(list.length);
      const numbers = list as unknown[];
      for (let i = 0; i < numbers.length; i++) {
        if (typeof numbers[i] !== 'number') numbers[i] = numberOf(numbers[i]);
      }
      return true;
    });
  }

  private allow(length: number): void {
    const capacity = length + CAPACITY_MORE;
    this.numbers += capacity;
    // The encoder takes memory for all data points of a metric at once, each as large as the first one.
    const expected = this.isFirst ? capacity * this.left : 0;
    if (length > MAX_BUCKETS || Math.max(this.numbers, expected) > this.limits.maxNumbers) {
      throw new PlainFormError('TOO_LARGE', 'its histograms have more buckets than allowed');
    }
  }
}

function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  switch (value) {
    case '+Inf':
      return Number.POSITIVE_INFINITY;
    case '-Inf':
      return Number.NEGATIVE_INFINITY;
    default:
      return Number.NaN;
  }
}

function millis(time: unknown): number | undefined {
  if (!Array.isArray(time)) return undefined;
  const [seconds, nanos] = time as unknown as HrTime;
  const value = seconds * 1e3 + Math.floor(nanos / 1e6);
  return Number.isFinite(value) ? value : undefined;
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function readMoments(value: Fields): void {
  for (const name of ['count', 'sum', 'min', 'max', 'scale', 'zeroCount']) {
    // In JSON null stands for NaN. A number that is missing stays missing.
    if (value[name] !== undefined) value[name] = numberOf(value[name]);
  }
}

/** Counters and gauges. */
import { DataPointType, type Attributes } from '../../../core/otel';
import { exemplarOf, type KeptPoint, type Kind, type Moment, type SeriesArrays, type Trace } from './kinds';
import { UnknownShape, type ScalarEntry } from './shapes';

type ScalarPoint = KeptPoint<number>;

export class Counters implements Kind<ScalarEntry, ScalarPoint> {
  readonly dataPointType = DataPointType.SUM;
  readonly isMonotonic = true;

  constructor(private readonly exemplars: boolean) {}

  pointOf(entry: ScalarEntry, attributes: Attributes, { start, end }: Moment): ScalarPoint {
    const point = { attributes, startTime: start, endTime: end, value: checked(entry) };
    return this.exemplars ? { ...point, exemplars: undefined } : point;
  }

  traceOf(entry: ScalarEntry): Trace {
    return { seen: checked(entry) };
  }

  read(arrays: SeriesArrays<ScalarEntry, ScalarPoint>, from: number, end: number, { start }: Moment): void {
    const { entries, points, seen, changed } = arrays;
    const values = valuesOf(arrays, from, end);
    const first = changed.length;
    for (let i = from; i < end; i++) {
      const value = values[i - from] as number;
      const before = seen[i] as number;
      if (value === before) continue;
      if (value < before) {
        (points[i] as ScalarPoint).startTime = start;
        arrays.hasOtherStarts = true;
      }
      seen[i] = value;
      changed.push(i);
      arrays.values.push(value);
    }
    showChanged(arrays, first);
    if (this.exemplars) readExemplars(entries, points, from, end);
  }
}

function readExemplars(
  entries: readonly ScalarEntry[],
  points: readonly ScalarPoint[],
  from: number,
  end: number,
): void {
  for (let i = from; i < end; i++) {
    const point = points[i] as ScalarPoint;
    const known = point.exemplars?.[0];
    const exemplar = exemplarOf((entries[i] as ScalarEntry).exemplar, known);
    if (exemplar !== known) point.exemplars = exemplar === undefined ? undefined : [exemplar];
  }
}

export class Gauges implements Kind<ScalarEntry, ScalarPoint> {
  readonly dataPointType = DataPointType.GAUGE;
  readonly isMonotonic = false;

  pointOf(entry: ScalarEntry, attributes: Attributes, { start, end }: Moment): ScalarPoint {
    return { attributes, startTime: start, endTime: end, value: checked(entry) };
  }

  traceOf(entry: ScalarEntry): Trace {
    return { seen: checked(entry) };
  }

  read(arrays: SeriesArrays<ScalarEntry, ScalarPoint>, from: number, end: number): void {
    const { seen, changed } = arrays;
    const values = valuesOf(arrays, from, end);
    const first = changed.length;
    for (let i = from; i < end; i++) {
      const value = values[i - from] as number;
      if (value === seen[i]) continue;
      seen[i] = value;
      changed.push(i);
      arrays.values.push(value);
    }
    showChanged(arrays, first);
  }
}

/** @param first the first of the `changed` whose data points do not have the numbers yet: a loop of its own, as below */
function showChanged({ points, seen, changed }: SeriesArrays<ScalarEntry, ScalarPoint>, first: number): void {
  for (let k = first; k < changed.length; k++) {
    const i = changed[k] as number;
    (points[i] as ScalarPoint).value = seen[i] as number;
  }
}

/**
 * The library's objects lie all over the heap, and each read misses the cache. A loop that does nothing else has more of these
 * reads under way at a time.
 * @returns the numbers of the entries from that index to `end`, not included, until the next call
 */
function valuesOf(arrays: SeriesArrays<ScalarEntry, ScalarPoint>, from: number, end: number): Float64Array {
  if (arrays.scratch.length < end - from) arrays.scratch = new Float64Array(end - from);
  const { entries, scratch } = arrays;
  for (let i = from; i < end; i++) scratch[i - from] = (entries[i] as ScalarEntry).value;
  return scratch;
}

/** An app may have given a counter what is no number, which the library's text shows as it is. */
function checked({ value }: ScalarEntry): number {
  if (typeof value === 'object' || value === undefined) throw new UnknownShape('a series has no value');
  return Number(value);
}

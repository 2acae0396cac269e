/** Counters and gauges. */
import { DataPointType, type Attributes, type HrTime } from '../../../core/otel';
import { exemplarOf, type KeptPoint, type Kind, type Moment, type SeriesArrays, type Trace } from './kinds';
import { UnknownShape, type ScalarEntry } from './shapes';

type ScalarPoint = KeptPoint<number>;

export class Counters implements Kind<ScalarEntry, ScalarPoint> {
  readonly dataPointType = DataPointType.SUM;
  readonly isMonotonic = true;

  constructor(private readonly exemplars: boolean) {}

  pointOf(entry: ScalarEntry, attributes: Attributes, { start, end }: Moment): ScalarPoint {
    const point = scalarPoint(attributes, start, end, checked(entry));
    return this.exemplars ? { ...point, exemplars: undefined } : point;
  }

  traceOf(entry: ScalarEntry): Trace {
    return { seen: checked(entry) };
  }

  read(arrays: SeriesArrays<ScalarEntry, ScalarPoint>, from: number, end: number, { start }: Moment): void {
    readValues(arrays, from, end, start);
    if (this.exemplars) readExemplars(arrays.entries, arrays.points, from, end);
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
    return scalarPoint(attributes, start, end, checked(entry));
  }

  traceOf(entry: ScalarEntry): Trace {
    return { seen: checked(entry) };
  }

  read(arrays: SeriesArrays<ScalarEntry, ScalarPoint>, from: number, end: number): void {
    readValues(arrays, from, end, undefined);
  }
}

/**
 * The library's objects lie all over the heap, and each read misses the cache. Four at a time have more of these reads under
 * way than a loop that decides after each.
 *
 * @param start the start time of a series whose number has fallen; `undefined` where numbers may fall
 */
function readValues(
  arrays: SeriesArrays<ScalarEntry, ScalarPoint>,
  from: number,
  end: number,
  start: HrTime | undefined,
): void {
  const { entries, seen, changed } = arrays;
  const first = changed.length;
  let i = from;
  for (; i + 3 < end; i += 4) {
    const a = (entries[i] as ScalarEntry).value;
    const b = (entries[i + 1] as ScalarEntry).value;
    const c = (entries[i + 2] as ScalarEntry).value;
    const d = (entries[i + 3] as ScalarEntry).value;
    if (a === seen[i] && b === seen[i + 1] && c === seen[i + 2] && d === seen[i + 3]) continue;
    noteValue(arrays, i, a, start);
    noteValue(arrays, i + 1, b, start);
    noteValue(arrays, i + 2, c, start);
    noteValue(arrays, i + 3, d, start);
  }
  for (; i < end; i++) noteValue(arrays, i, (entries[i] as ScalarEntry).value, start);
  showChanged(arrays, first);
}

function noteValue(
  arrays: SeriesArrays<ScalarEntry, ScalarPoint>,
  i: number,
  read: unknown,
  start: HrTime | undefined,
): void {
  const { points, seen } = arrays;
  const value = Number(read);
  const before = seen[i] as number;
  if (value === before) return;
  if (start !== undefined && value < before) {
    (points[i] as ScalarPoint).startTime = start;
    arrays.hasOtherStarts = true;
  }
  seen[i] = value;
  arrays.changed.push(i);
  arrays.values.push(value);
}

/** @param first the first of the `changed` whose data points do not have the numbers yet: a loop of its own, as above */
function showChanged({ points, seen, changed }: SeriesArrays<ScalarEntry, ScalarPoint>, first: number): void {
  for (let k = first; k < changed.length; k++) {
    const i = changed[k] as number;
    (points[i] as ScalarPoint).value = seen[i] as number;
  }
}

/** An app may have given a counter what is no number, which the library's text shows as it is. */
function checked({ value }: ScalarEntry): number {
  if (typeof value === 'object' || value === undefined) throw new UnknownShape('a series has no value');
  return Number(value);
}

/**
 * V8 keeps integers in another way than other numbers. Where the first number of a series were an integer, its data point
 * would be converted at the first change, which takes longer than all else.
 */
function scalarPoint(attributes: Attributes, startTime: HrTime, endTime: HrTime, value: number): ScalarPoint {
  const point = { attributes, startTime, endTime, value: Number.NaN };
  point.value = value;
  return point;
}

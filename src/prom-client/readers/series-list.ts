/**
 * The series of one metric in the order in which the library keeps them: what they are known by there (a key or an object),
 * where their numbers are, and the one data point of each that all collections have.
 *
 * The library's maps keep the order of insertion. So those that are still there stand in the old order, and new ones behind
 * all of them. A map with another order would be read as well: its series would only begin anew.
 */
import type { Changes, DataPoint } from '../../../core/otel';
import type { Sliced } from '../../../core/slicer';
import type { SeriesArrays, Trace } from '../kinds/kinds';

/** Series that are compared, or made, in one step. */
const STEP_KNOWN = 4096;
const STEP_NEW = 64;

/** Makes what is kept of a series. */
export interface Maker<Entry, Point> {
  /** @returns `undefined` where the series has gone meanwhile */
  entryOf(id: unknown): Entry | undefined;
  pointOf(entry: Entry): Point;
  /** What tells whether the numbers of a series have changed since they were read. */
  traceOf(entry: Entry): Trace;
}

export class SeriesList<Entry, Point extends DataPoint> implements SeriesArrays<Entry, Point> {
  ids: unknown[] = [];
  entries: Entry[] = [];
  points: Point[] = [];
  seen = new Float64Array(16);
  marks: unknown[] = [];
  changed: number[] = [];
  values: number[] = [];
  hasOtherStarts = false;
  /** What the last {@link takeChanges} has named; `undefined` where series have come or gone since. */
  private collection: object | undefined;
  /** Goes up when a change of the list begins: another change that is under way does not go on. */
  private version = 0;

  clear(): void {
    this.version++;
    this.collection = undefined;
    this.ids = [];
    this.entries = [];
    this.points = [];
    this.seen = new Float64Array(16);
    this.marks = [];
  }

  /** Ends a collection. @returns what has changed since the last one */
  takeChanges(): Changes {
    const { collection: since, changed, hasOtherStarts } = this;
    const values = this.values.length === changed.length ? this.values : undefined;
    const collection = {};
    this.collection = collection;
    this.changed = [];
    this.values = [];
    this.hasOtherStarts = false;
    return { collection, since, indexes: changed, values, hasOtherStarts };
  }

  /**
   * Brings the list up to date.
   * @param from the first position where another series may stand
   * @param listed the ids of all series from there on
   * @returns whether any series has come or gone
   */
  *settle(from: number, listed: readonly unknown[], maker: Maker<Entry, Point>): Sliced<boolean> {
    const version = ++this.version;
    const { ids } = this;
    let at = from;
    const end = Math.min(ids.length, from + listed.length);
    while (at < end && Object.is(ids[at], listed[at - from])) {
      if (++at % STEP_KNOWN !== 0) continue;
      yield;
      if (this.version !== version) return true;
    }
    if (at === ids.length && at - from === listed.length) return false;
    this.collection = undefined;
    if (at === ids.length) yield* this.append(listed, at - from, maker, version);
    else yield* this.replace(listed, from, at, maker, version);
    return true;
  }

  /** All series that were known are still there. */
  private *append(listed: readonly unknown[], start: number, maker: Maker<Entry, Point>, version: number): Sliced {
    for (let i = start; i < listed.length; i++) {
      if (i % STEP_NEW === 0) yield;
      if (this.version !== version) return;
      add(this, listed[i], maker);
    }
  }

  /** @param at the first position where another series stands */
  private *replace(
    listed: readonly unknown[],
    from: number,
    at: number,
    maker: Maker<Entry, Point>,
    version: number,
  ): Sliced {
    const { ids } = this;
    const next = firstOf(this, at);
    let old = at;
    for (let i = at - from; i < listed.length; i++) {
      if (i % STEP_NEW === 0) yield;
      // Where one is not found, all that are left have gone: those that come now are new.
      const found = old < ids.length ? ids.indexOf(listed[i], old) : -1;
      old = found < 0 ? ids.length : found + 1;
      if (found < 0) add(next, listed[i], maker);
      else copy(next, this, found);
    }
    if (this.version === version) Object.assign(this, next);
  }
}

type Kept<Entry, Point> = Pick<SeriesArrays<Entry, Point>, 'ids' | 'entries' | 'points' | 'seen' | 'marks'>;

function firstOf<Entry, Point>(from: Kept<Entry, Point>, count: number): Kept<Entry, Point> {
  return {
    ids: from.ids.slice(0, count),
    entries: from.entries.slice(0, count),
    points: from.points.slice(0, count),
    seen: from.seen.slice(),
    marks: from.marks.slice(0, count),
  };
}

function add<Entry, Point>(to: Kept<Entry, Point>, id: unknown, maker: Maker<Entry, Point>): void {
  const entry = maker.entryOf(id);
  if (entry === undefined) return;
  const point = maker.pointOf(entry);
  const { seen, mark } = maker.traceOf(entry);
  push(to, id, entry, point, seen, mark);
}

function copy<Entry, Point>(to: Kept<Entry, Point>, from: Kept<Entry, Point>, index: number): void {
  const { ids, entries, points, seen, marks } = from;
  push(to, ids[index], entries[index] as Entry, points[index] as Point, seen[index] as number, marks[index]);
}

function push<Entry, Point>(
  to: Kept<Entry, Point>,
  id: unknown,
  entry: Entry,
  point: Point,
  seen: number,
  mark: unknown,
): void {
  const { length } = to.ids;
  if (length === to.seen.length) {
    const larger = new Float64Array(2 * length);
    larger.set(to.seen);
    to.seen = larger;
  }
  to.seen[length] = seen;
  to.ids.push(id);
  to.entries.push(entry);
  to.points.push(point);
  to.marks.push(mark);
}

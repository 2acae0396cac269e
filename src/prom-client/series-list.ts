/**
 * The series of one metric in the order in which the library keeps them: what they are known by there (a key or an object),
 * where their numbers are, and the one data point of each that all collections have.
 *
 * The library's maps keep the order of insertion. So those that are still there stand in the old order, and new ones behind
 * all of them. A map with another order would be read as well: its series would only begin anew.
 */
import type { DataPoint } from '../../core/otel';
import type { Sliced } from '../../core/slicer';

/** Series that are compared, or made, in one step. */
const STEP_KNOWN = 4096;
const STEP_NEW = 64;

/** Makes what is kept of a series. */
export interface Maker<Entry, Point> {
  /** @returns `undefined` where the series has gone meanwhile */
  entryOf(id: unknown): Entry | undefined;
  pointOf(entry: Entry): Point;
}

export class SeriesList<Entry, Point extends DataPoint> {
  ids: unknown[] = [];
  entries: Entry[] = [];
  points: Point[] = [];
  /** Changes whenever a change begins: one that was under way then does not go on. */
  private version = 0;

  clear(): void {
    this.version++;
    this.ids = [];
    this.entries = [];
    this.points = [];
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
    if (at === ids.length) yield* this.append(listed, at - from, maker, version);
    else yield* this.replace(listed, from, at, maker, version);
    return true;
  }

  /** All series that were known are still there. */
  private *append(listed: readonly unknown[], start: number, maker: Maker<Entry, Point>, version: number): Sliced {
    for (let i = start; i < listed.length; i++) {
      if (i % STEP_NEW === 0) yield;
      if (this.version !== version) return;
      this.add(this, listed[i], maker);
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
    const { ids, entries, points } = this;
    const next = { ids: ids.slice(0, at), entries: entries.slice(0, at), points: points.slice(0, at) };
    let old = at;
    for (let i = at - from; i < listed.length; i++) {
      if (i % STEP_NEW === 0) yield;
      const id = listed[i];
      // Where one is not found, all that are left have gone: those that come now are new.
      const found = old < ids.length ? ids.indexOf(id, old) : -1;
      old = found < 0 ? ids.length : found + 1;
      if (found < 0) this.add(next, id, maker);
      else {
        next.ids.push(id);
        next.entries.push(entries[found] as Entry);
        next.points.push(points[found] as Point);
      }
    }
    if (this.version !== version) return;
    this.ids = next.ids;
    this.entries = next.entries;
    this.points = next.points;
  }

  private add(
    to: { ids: unknown[]; entries: Entry[]; points: Point[] },
    id: unknown,
    maker: Maker<Entry, Point>,
  ): void {
    const entry = maker.entryOf(id);
    if (entry === undefined) return;
    const point = maker.pointOf(entry);
    to.ids.push(id);
    to.entries.push(entry);
    to.points.push(point);
  }
}

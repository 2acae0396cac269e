/** A snapshot and the numbers that its series had before. */
import { ORDER_MASK, ORDER_SHIFT, strideOf, type Family, type Page, type Snapshot } from '../snapshot';

export interface Compared {
  readonly snapshot: Snapshot;
  /** `undefined`: nothing is known of changes. */
  readonly before?: Before | undefined;
  /** The first label of all rows of the snapshot, so that they are rows of their own. */
  readonly label?: string | undefined;
}

/** The numbers of an earlier snapshot. */
export interface Before {
  /** Epoch milliseconds. */
  readonly time: number;
  readonly values: Float64Array;
  /** Where a page stood in it; `undefined`: it was not there. */
  placeOf(page: Page, base: number): PlaceBefore | undefined;
}

export interface PlaceBefore {
  readonly base: number;
  /** By index on the page: 1 for a series that was present. `undefined`: all were, or those whose start time is a number. */
  readonly present?: Uint8Array | undefined;
}

/** For the exporter, whose snapshots have the numbers before at the same offsets. */
export function withPrevious(snapshot: Snapshot): Compared {
  const { previous } = snapshot;
  if (previous === undefined) return { snapshot };
  const { time, values } = previous;
  return { snapshot, before: { time, values, placeOf: (_page, base) => ({ base }) } };
}

/** For a reader of snapshots, which has both: pages are found by their ids. Two incarnations have nothing in common. */
export function withEarlier(snapshot: Snapshot, earlier: Snapshot | undefined): Compared {
  if (earlier?.incarnation !== snapshot.incarnation || earlier.generation >= snapshot.generation) return { snapshot };
  const { time, values, scopes } = earlier;
  let places: ReadonlyMap<number, PlaceBefore> | undefined;
  return {
    snapshot,
    before: { time, values, placeOf: ({ id }) => (places ??= placesIn(scopes)).get(id) },
  };
}

function placesIn(scopes: Snapshot['scopes']): ReadonlyMap<number, PlaceBefore> {
  const places = new Map<number, PlaceBefore>();
  for (const { families } of scopes) {
    for (const { pages, order } of families) {
      // The numbers of absent series may be anything.
      const present = order && pages.map(({ page }) => new Uint8Array(page.size));
      for (const slot of order ?? []) {
        const ofPage = present?.[slot >> ORDER_SHIFT];
        if (ofPage !== undefined) ofPage[slot & ORDER_MASK] = 1;
      }
      pages.forEach(({ page, base }, p) => places.set(page.id, { base, present: present?.[p] }));
    }
  }
  return places;
}

/** In place of an offset: the series had no numbers before. */
export const NOWHERE = -1;

/** A page of a family, where its series stand now and stood before. */
export interface ComparedPage {
  readonly page: Page;
  readonly base: number;
  readonly stride: number;
  readonly before: PlaceBefore | undefined;
}

/** @param before offset in the column before, or {@link NOWHERE} */
type ComparedVisitor<P> = (page: P, index: number, offset: number, before: number) => void;

/** Walks through the series that are present. `prepare` is called once per page that has any. */
export function forEachCompared<P extends ComparedPage>(
  { pages, order }: Family,
  { before }: Compared,
  prepare: (page: ComparedPage) => P,
  visit: ComparedVisitor<P>,
): void {
  const open = ({ page, base }: Family['pages'][number]): P =>
    prepare({ page, base, stride: strideOf(page.layout), before: before?.placeOf(page, base) });
  if (order === undefined) {
    for (const placed of pages) {
      const page = open(placed);
      for (let i = 0; i < placed.page.size; i++) visitOne(page, i, visit);
    }
    return;
  }
  const opened: (P | undefined)[] = [];
  for (const slot of order) {
    const p = slot >> ORDER_SHIFT;
    const placed = pages[p];
    if (placed === undefined) throw new RangeError(`order names page ${p} of ${pages.length}`);
    visitOne((opened[p] ??= open(placed)), slot & ORDER_MASK, visit);
  }
}

function visitOne<P extends ComparedPage>(page: P, index: number, visit: ComparedVisitor<P>): void {
  const { base, stride, before } = page;
  const wasThere = before !== undefined && before.present?.[index] !== 0;
  visit(page, index, base + index * stride, wasThere ? before.base + index * stride : NOWHERE);
}

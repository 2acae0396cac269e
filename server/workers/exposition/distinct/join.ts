/** Takes several series of a family for one: sums and histograms are added up, of gauges the first one stands. */
import { DataPointType } from '../../../../core/otel';
import { ORDER_SHIFT, strideOf, type Family, type Layout, type PlacedPage } from '../../../../core/snapshot';
import { addSeries, type SeriesAt } from '../../numbers/add-series';
import { slotsOf } from './order';

/** A family that is shown, and its numbers. */
export interface Numbered {
  readonly values: Float64Array;
  readonly family: Family;
}

/** A series of one of the members. */
export interface SeriesPlace {
  readonly member: number;
  /** Index in the member's family. */
  readonly page: number;
  readonly index: number;
}

export interface Join {
  readonly into: SeriesPlace;
  readonly others: readonly SeriesPlace[];
}

/** @returns members in which the others of each join are not present, and the numbers of the first ones are the sums */
export function join<T extends Numbered>(members: readonly T[], joins: readonly Join[]): T[] {
  const hidden = members.map(() => new Set<number>());
  const written = new Set<number>();
  for (const { into, others } of joins) {
    for (const { member, page, index } of others) hidden[member]!.add((page << ORDER_SHIFT) + index);
    if (others.some((other) => isAdded(members, into, other))) written.add(into.member);
  }
  const joined = members.map((member, m): T => {
    const { family } = member;
    const order = hidden[m]!.size === 0 ? family.order : slotsOf(family).filter((slot) => !hidden[m]!.has(slot));
    const shown = { ...member, family: { ...family, order } };
    return written.has(m) ? withOwnNumbers(shown) : shown;
  });
  for (const { into, others } of joins) {
    for (const other of others) {
      if (isAdded(members, into, other)) addSeries(seriesAt(joined, into), seriesAt(members, other));
    }
  }
  return joined;
}

function isAdded(members: readonly Numbered[], a: SeriesPlace, b: SeriesPlace): boolean {
  return [a, b].every(({ member }) => members[member]!.family.dataPointType !== DataPointType.GAUGE);
}

/** The member with a copy of its family's numbers. */
function withOwnNumbers<T extends Numbered>(member: T): T {
  const { values, family } = member;
  const numbers = family.pages.reduce((sum, { page }) => sum + page.size * strideOf(page.layout), 0);
  const copy = new Float64Array(numbers);
  let base = 0;
  const pages = family.pages.map(({ page, base: from }): PlacedPage => {
    const length = page.size * strideOf(page.layout);
    copy.set(values.subarray(from, from + length), base);
    base += length;
    return { page, base: base - length };
  });
  return { ...member, values: copy, family: { ...family, pages } satisfies Family };
}

function seriesAt(members: readonly Numbered[], { member, page, index }: SeriesPlace): SeriesAt {
  const { values, family } = members[member]!;
  const placed = family.pages[page]!;
  const layout: Layout = placed.page.layout;
  return { values, at: placed.base + index * strideOf(layout), layout };
}

import test from 'ava';
import * as fc from '../../support/properties';
import { withEarlier, withPrevious } from '../../../core/query/compared';
import { Queries } from '../../../core/query/evaluate';
import { bucketQuantile } from '../../../core/query/quantile';
import type { Query, QueryRow } from '../../../core/query/query';
import { ORDER_SHIFT, START, strideOf, type Family, type Snapshot } from '../../../core/snapshot';
import { histogram, scalar, snapshotOf, type FamilySpec } from '../../support/snapshots';

const BOUNDS = [1, 2, 4];
const SECONDS = 10;

interface Drawn {
  readonly attributes: Record<string, unknown>;
  /** Scalars have one, histograms four. */
  readonly before: readonly number[] | undefined;
  readonly now: readonly number[] | undefined;
  readonly isRestarted: boolean;
}

const numbers = (length: number) => fc.array(fc.nat(20), { minLength: length, maxLength: length });
const drawn = (length: number): fc.Arbitrary<Drawn[]> =>
  fc.array(
    fc.record({
      attributes: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom<unknown>('x', 'xy', 5, true, ''), {
        noNullPrototype: true,
      }),
      before: fc.option(numbers(length), { nil: undefined }),
      now: fc.option(numbers(length), { nil: undefined, freq: 10 }),
      isRestarted: fc.boolean(),
    }),
    { maxLength: 12 },
  );

const query = (statistics: readonly Query['as'][]): fc.Arbitrary<Query> =>
  fc.record({
    metric: fc.constantFrom('m', '*', 'n'),
    by: fc.constantFrom([], ['a'], ['b', 'a'], ['none']),
    where: fc.constantFrom({}, { a: 'x*' }, { b: '*', a: '{5,true,xy}' }),
    as: fc.constantFrom(...statistics),
    top: fc.option(fc.nat(4), { nil: undefined }),
  });

const isSeen = ({ before, now }: Drawn): boolean => before !== undefined || now !== undefined;

function familyOf(type: 'SUM' | 'HISTOGRAM', series: readonly Drawn[]): FamilySpec {
  const numbersOf = (values: readonly number[] | undefined, start: number) =>
    values && (type === 'SUM' ? scalar(values[0]!, start) : histogram(BOUNDS, values, start));
  return {
    name: 'm',
    type,
    series: series.filter(isSeen).map(({ attributes, before, now, isRestarted }) => ({
      attributes,
      before: numbersOf(before, 1),
      now: numbersOf(now, isRestarted ? 2 : 1),
    })),
  };
}

/** The change of each number; `undefined` where it is not known. */
function changesOf({ before, now = [], isRestarted }: Drawn): readonly number[] | undefined {
  if (before === undefined) return undefined;
  if (isRestarted || now.some((value, i) => value < before[i]!)) return now;
  return now.map((value, i) => value - before[i]!);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function valueOf(as: Query['as'], series: readonly Drawn[], isScalar: boolean): number {
  const changes = series.flatMap((one) => [changesOf(one) ?? []]).filter(({ length }) => length > 0);
  const changed = changes.length === 0 ? NaN : sum(changes.map(sum));
  if (as === 'total') return sum(series.map(({ now = [] }) => sum(now)));
  if (as === 'delta') return changed;
  if (as === 'rate') return changed / SECONDS;
  const own = series.map(({ now = [] }) => now[0]!);
  if (as === 'max') return isScalar ? Math.max(...own) : NaN;
  if (as === 'avg') return isScalar ? sum(own) / own.length : NaN;
  const counts = [0, 1, 2, 3].map((i) => sum(changes.map((change) => change[i] ?? 0)));
  return isScalar ? NaN : bucketQuantile(Number(as.slice(1)) / 100, BOUNDS, Float64Array.from(counts));
}

const textOf = (value: unknown): string =>
  value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);

/** Each series by itself, with the pattern's meaning written out. */
function naive({ metric, by = [], where = {}, as, top = Infinity }: Query, drawn: readonly Drawn[], isScalar: boolean) {
  const matches = ({ attributes, now }: Drawn): boolean =>
    now !== undefined &&
    metric !== 'n' &&
    Object.entries(where).every(([name, pattern]) => {
      if (!(name in attributes)) return false;
      const text = textOf(attributes[name]);
      if (pattern === '*') return true;
      return pattern === 'x*' ? text.startsWith('x') : ['5', 'true', 'xy'].includes(text);
    });
  const groups = new Map<string, Drawn[]>();
  for (const one of drawn.filter(matches)) {
    const key = JSON.stringify(by.map((name) => textOf(one.attributes[name])));
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  const rows = Array.from(groups, ([key, series]) => ({
    labels: JSON.parse(key) as string[],
    value: valueOf(as, series, isScalar),
    series,
  }));
  const last = (value: number): number => (Number.isNaN(value) ? -Infinity : value);
  rows.sort((a, b) => last(b.value) - last(a.value) || (a.labels.join('\0') < b.labels.join('\0') ? -1 : 1));
  const left = rows.slice(top).flatMap(({ series }) => series);
  return {
    found: rows.length > 0,
    rows: rows.slice(0, top).map(({ labels, value }): QueryRow => ({ labels, value })),
    other: left.length === 0 ? undefined : valueOf(as, left, isScalar),
  };
}

const KINDS = [
  { type: 'SUM', length: 1, statistics: ['rate', 'delta', 'total', 'avg', 'max', 'p50'] },
  { type: 'HISTOGRAM', length: 4, statistics: ['rate', 'delta', 'total', 'p50', 'p95'] },
] as const;

for (const { type, length, statistics } of KINDS) {
  test(`a query of the type ${type} gives what a naive evaluation gives, on pages of any size`, (t) => {
    const queries = new Queries();
    fc.assert(
      fc.property(drawn(length), query(statistics), fc.integer({ min: 1, max: 5 }), (series, asked, pageSeries) => {
        const spec = { families: [familyOf(type, series)], seconds: SECONDS, pageSeries };
        const snapshot = snapshotOf(spec);
        const expected = naive(asked, series, type === 'SUM');
        // A second time everything about attributes is known.
        for (let i = 0; i < 2; i++)
          t.like(rounded(queries.evaluate(asked, [withPrevious(snapshot)])), rounded(expected));
      }),
      { numRuns: 500 },
    );
  });

  test(`a query of the type ${type} gives the same where pages stood elsewhere before`, (t) => {
    fc.assert(
      fc.property(drawn(length), query(statistics), fc.integer({ min: 1, max: 5 }), (series, asked, pageSeries) => {
        const snapshot = snapshotOf({ families: [familyOf(type, series)], seconds: SECONDS, pageSeries });
        const expected = new Queries().evaluate(asked, [withPrevious(snapshot)]);
        t.deepEqual(new Queries().evaluate(asked, [withEarlier(snapshot, earlierOf(snapshot))]), expected);
      }),
      { numRuns: 500 },
    );
  });
}

/** Sums of fractions depend on their order. */
function rounded<T extends { rows: readonly QueryRow[]; other: number | undefined }>({ rows, other, ...rest }: T) {
  const round = (value: number): number => Number(value.toPrecision(12));
  return {
    ...rest,
    rows: rows.map(({ labels, value }) => ({ labels, value: round(value) })),
    other: other === undefined ? undefined : round(other),
  };
}

/** The previous numbers as a snapshot of its own: pages in reverse order, and numbers without a meaning for absent series. */
function earlierOf(snapshot: Snapshot): Snapshot {
  const { previous, values } = snapshot;
  const earlier = new Float64Array(values.length + 1).fill(7);
  let base = 1;
  const scopes = snapshot.scopes.map(({ scope, families }) => ({
    scope,
    families: families.map((family): Family => {
      const order: number[] = [];
      const pages = family.pages.toReversed().map(({ page, base: from }, p) => {
        const placed = { page, base };
        for (let i = 0; i < page.size; i++, base += strideOf(page.layout)) {
          const at = from + i * strideOf(page.layout);
          if (Number.isNaN(previous!.values[at + START])) continue;
          order.push((p << ORDER_SHIFT) | i);
          earlier.set(previous!.values.subarray(at, at + strideOf(page.layout)), base);
        }
        return placed;
      });
      return { ...family, pages, order: Int32Array.from(order) };
    }),
  }));
  return { ...snapshot, generation: 1, time: previous!.time, scopes, values: earlier, previous: undefined };
}

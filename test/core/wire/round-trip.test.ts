import test from 'ava';
import * as fc from '../../support/properties';
import { strideOf, type PlacedPage, type Snapshot } from '../../../core/snapshot';
import type { PageRange } from '../../../core/wire/format';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { pagesOf } from '../../../core/series';
import { decodePayload, decodeSnapshot, type KnownPage } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { sequencesOfAllKinds } from '../property/all-kinds';
import { counter, encode, histogram, pageIds, point, series } from '../encoder/collections';

/** The content of a snapshot, without offsets. Numbers are texts, which can be -0, infinities and NaN. */
function said({ values, previous: _previous, scopes, ...rest }: Snapshot): unknown {
  const exact = (number: number): string => (Object.is(number, -0) ? '-0' : String(number));
  const numbersOf = ({ page, base }: PlacedPage): string[] =>
    [...values.subarray(base, base + page.size * strideOf(page.layout))].map(exact);
  const page = (placed: PlacedPage): unknown => {
    const { id, size, layout, attributes } = placed.page;
    const bounds = 'bounds' in layout ? layout.bounds.map(exact) : [];
    return {
      id,
      size,
      layout: { ...layout, bounds },
      text: Buffer.from(attributes).toString(),
      numbers: numbersOf(placed),
    };
  };
  const families = scopes.map(({ scope, families: all }) => ({
    scope,
    families: all.map(({ pages, order, ...family }) => ({
      ...family,
      order: order && [...order],
      pages: pages.map(page),
    })),
  }));
  return { ...rest, families };
}

test('a snapshot comes back number for number, page for page, whichever pages were known', async (t) => {
  await fc.assert(
    fc.asyncProperty(sequencesOfAllKinds, fc.infiniteStream(fc.boolean()), async (sequence, chances) => {
      const encoder = new SnapshotEncoder({ maxSeries: 1_000_000 });
      const known = new Map<number, KnownPage>();
      for (const [step, data] of sequence.entries()) {
        const { snapshot } = await encoder.encode({ data, time: step, intervalMs: 1.5, collectMs: 0.25 });
        const have = [...known.keys()].map((id): PageRange => [id, id]);
        const { snapshot: decoded, pages } = decodePayload(encodeSnapshot(snapshot, have), { known });
        t.deepEqual(said(decoded), said(snapshot));
        t.is(decoded.previous, undefined);
        for (const [id, page] of pages) if (chances.next().value) known.set(id, page);
      }
    }),
    { numRuns: 60 },
  );
});

test('numbers that JSON does not have come back as they went, bounds included', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const odd = [NaN, Infinity, -Infinity, -0, 5e-324, 2 ** 53 + 2, Number.MAX_VALUE];
  const value = {
    buckets: { boundaries: [-Infinity, -0, 1, Infinity], counts: [1, 2, 3, 4] },
    count: 10,
    sum: NaN,
    min: -Infinity,
  };
  const snapshot = await encode(
    encoder,
    counter(
      'c',
      odd.map((number, id) => point({ id }, number)),
    ),
    histogram('h', [point({}, value), point({ id: 1 }, { ...value, buckets: { boundaries: [NaN], counts: [0, 1] } })]),
  );
  const decoded = decodeSnapshot(encodeSnapshot(snapshot, []));
  t.deepEqual(said(decoded), said(snapshot));
});

test('a page is sent only to an asker that does not have it', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  const all = series(5000).map((attributes, i) => point({ ...attributes, name: `${(i * 2654435761) % 1e9}` }, i));
  const snapshot = await encode(encoder, counter('c', all));
  t.deepEqual(pageIds(snapshot), [0, 1, 2, 3, 4]);
  const size = (...have: PageRange[]) => encodeSnapshot(snapshot, have).length;
  t.true(size([1, 1]) < size());
  t.is(size([0, 2]), size([0, 0], [2, 2], [1, 1]));
  t.is(size([0, 4]), size([0, 99]));
  t.is(size([4, 0]), size());
  const { pages: known } = decodePayload(encodeSnapshot(snapshot, []));
  const again = decodeSnapshot(encodeSnapshot(snapshot, [[0, 4]]), { known });
  t.deepEqual(
    [...pagesOf(again)].map((page) => page === known.get(page.id)?.page),
    [true, true, true, true, true],
  );
});

test('pages that are neither sent nor known are named', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  const snapshot = await encode(
    encoder,
    counter('a', [point({}, 1)]),
    counter(
      'b',
      series(2000).map((one) => point(one, 1)),
    ),
  );
  t.throws(() => decodeSnapshot(encodeSnapshot(snapshot, [[1, 2]])), {
    code: 'MISSING_PAGES',
    message: 'pages 1, 2 of "b" are neither sent nor known',
  });
});

test('odd fields of a metric have no effect on the other metrics', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const good = counter('good', [point({}, 1)]) as { descriptor: object };
  const odd = [
    { isMonotonic: null, aggregationTemporality: 'CUMULATIVE' },
    { isMonotonic: () => true, aggregationTemporality: 7 },
    { dataPoints: [{ ...point({}, 1), endTime: [NaN, undefined] }] },
    { dataPoints: [{ ...point({}, 1), endTime: 'now' }] },
    {
      descriptor: {
        ...good.descriptor,
        description: 5,
        unit: null,
        type: Symbol('type'),
        valueType: 'INT',
        advice: () => 1,
      },
    },
  ];
  const snapshot = await encode(encoder, good, ...odd.map((fields) => ({ ...good, ...fields })));
  t.deepEqual(said(decodeSnapshot(encodeSnapshot(structuredClone(snapshot), []))), said(snapshot));
});

import test from 'ava';
import type { Page, Snapshot } from '../../core/snapshot';
import { PageCache } from '../../workers/page-cache';
import { forEachSeries, pagesOf, seriesCount } from '../../core/series';
import { scalar, snapshotOf } from '../support/snapshots';

function pageOf(id: number, ...attributes: readonly object[]): Page {
  const lines = attributes.map((each) => `${JSON.stringify(each)}\n`).join('');
  return { id, layout: { kind: 'scalar' }, size: attributes.length, attributes: Buffer.from(lines) };
}

function snapshotWith(incarnation: string, ...pages: readonly Page[]): Snapshot {
  const snapshot = snapshotOf({ families: [{ name: 'c', type: 'SUM', series: [{ now: scalar(1) }] }] });
  const [scope] = snapshot.scopes;
  const families =
    scope?.families.map((family) => ({ ...family, pages: pages.map((page) => ({ page, base: 0 })) })) ?? [];
  return { ...snapshot, incarnation, scopes: [{ scope: { name: 's' }, families }] };
}

/** How many pages it knows. */
function size(cache: PageCache): number {
  return (cache as unknown as { startsById: Map<number, unknown> }).startsById.size;
}

test('the texts of a page are those that were written, in any order and any number of times', (t) => {
  const cache = new PageCache();
  const page = pageOf(0, { a: 'line\nfeed ä' }, {}, { b: [1, null] });
  cache.use(snapshotWith('i', page));
  for (let i = 0; i < 2; i++) {
    t.deepEqual(
      [2, 0, 1].map((index) => cache.text(page, index)),
      ['{"b":[1,null]}', '{"a":"line\\nfeed ä"}', '{}'],
    );
  }
});

test('a page id of another incarnation is another page', (t) => {
  const cache = new PageCache();
  for (const incarnation of ['i', 'j', 'i']) {
    const page = pageOf(0, { incarnation });
    cache.use(snapshotWith(incarnation, page));
    t.is(cache.text(page, 0), JSON.stringify({ incarnation }));
  }
});

test('unused pages are forgotten as soon as they are the majority', (t) => {
  const cache = new PageCache();
  let pages: Page[] = [];
  for (let i = 0; i < 1000; i++) {
    pages = [...pages.slice(-4), pageOf(i, { i })];
    cache.use(snapshotWith('i', ...pages));
    for (const page of pages) cache.text(page, 0);
    t.true(size(cache) <= 2 * 5 + 1, `${size(cache)}`);
  }
});

test('a page whose text does not fit its size is an error that names it', (t) => {
  const page = pageOf(7, {}, {});
  const fails = (broken: Page, message: string) =>
    t.throws(() => new PageCache().text(broken, 0), { instanceOf: RangeError, message });
  for (const size of [0, 1, 3]) fails({ ...page, size }, `page 7 has 2 series, not ${size}`);
  fails({ ...page, attributes: page.attributes.subarray(0, 5) }, 'page 7 ends within a text');
});

test('the series of a family are walked in page order, or in the order that it has', (t) => {
  const series = [1, 2, 3, 4, 5].map((value) => ({ now: scalar(value) }));
  const walk = (order?: number[]) => {
    const snapshot = snapshotOf({ families: [{ name: 'c', type: 'SUM', series }], pageSeries: 2 });
    const family = { ...snapshot.scopes[0]!.families[0]!, order: order && Int32Array.from(order) };
    const seen: number[] = [];
    forEachSeries(family, (_page, _index, offset) => seen.push(snapshot.values[offset + 1] as number));
    t.is(seriesCount(family), seen.length);
    t.is([...pagesOf(snapshot)].length, 3);
    return seen;
  };
  t.deepEqual(walk(), [1, 2, 3, 4, 5]);
  t.deepEqual(walk([2 << 10, 1, (1 << 10) + 1]), [5, 2, 4]);
  t.deepEqual(walk([]), []);
  t.throws(() => walk([3 << 10]), { instanceOf: RangeError, message: 'order names page 3 of 3' });
});

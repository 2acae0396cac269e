/** Which rows of the table of pages are written anew. */
import test from 'ava';
import { PAGE_FIELDS, PAGE_TEXT } from '../../protocol/posted';
import type { Page, PlacedPage } from '../../core/snapshot';
import { writePageTable, type PageTable } from '../../src/pool/page-table';
import { Slicer } from '../../core/slicer';

const scalar = { kind: 'scalar' } as const;

/** A page that counts how often it was read. */
class Counted implements PlacedPage {
  looks = 0;

  constructor(
    readonly base: number,
    private readonly text = new Uint8Array(new SharedArrayBuffer(8)),
  ) {}

  get page(): Page {
    this.looks++;
    return { id: this.base, layout: scalar, size: 2, attributes: this.text };
  }
}

const pagesFrom = (base: number, count: number): Counted[] =>
  Array.from({ length: count }, (_, index) => new Counted(base + index));

async function write(pages: readonly (readonly Counted[])[], last?: PageTable): Promise<PageTable> {
  return new Slicer().run(writePageTable(pages, new Int32Array(pages.flat().length * PAGE_FIELDS), last));
}

/** Pieces of text by page, in the order of the table. */
const textsOf = ({ rows, texts }: PageTable): ArrayBufferLike[] =>
  Array.from(
    { length: rows.length / PAGE_FIELDS },
    (_, row) => texts.all[rows[row * PAGE_FIELDS + PAGE_TEXT] as number] as ArrayBufferLike,
  );

const looksAt = (pages: readonly Counted[]): number => pages.reduce((sum, { looks }) => sum + looks, 0);

test('only new pages are read', async (t) => {
  const [a, b] = [pagesFrom(0, 5), pagesFrom(10, 5)];
  const first = await write([a, b]);
  t.is(looksAt([...a, ...b]), 10);
  const more = [[...a, ...pagesFrom(5, 2)], b, pagesFrom(20, 3)];
  const second = await write(more, first);
  t.is(looksAt([...a, ...b]), 10);
  t.is(looksAt(more.flat()), 15);
  const anew = await write(more);
  t.deepEqual(textsOf(second), textsOf(anew));
  t.deepEqual(textsOf(first), textsOf(await write([a, b])));
});

for (const [what, change] of [
  ['has gone', (pages: Counted[]) => pages.slice(0, -1)],
  ['is another one', (pages: Counted[]) => [...pages.slice(0, 2), new Counted(99), ...pages.slice(3)]],
] as const) {
  test(`where a page ${what}, all are written anew, with pieces in use only`, async (t) => {
    const [a, b] = [pagesFrom(0, 5), pagesFrom(10, 5)];
    const changed = [change(a), b];
    const table = await write(changed, await write([a, b]));
    t.deepEqual(table, await write(changed));
    t.is(table.texts.all.length, changed.flat().length);
  });
}

test('where a family has gone, all are written anew', async (t) => {
  const [a, b] = [pagesFrom(0, 5), pagesFrom(10, 5)];
  t.deepEqual(await write([b], await write([a, b])), await write([b]));
  t.deepEqual(await write([a], await write([a, b])), await write([a]));
});

test('two tables that are written at the same time do not mix', async (t) => {
  const a = pagesFrom(0, 5);
  const first = await write([a]);
  const [one, other] = [[[...a, new Counted(5)]], [[...a, new Counted(6), new Counted(7)]]];
  const tables = await Promise.all([write(one, first), write(other, first)]);
  t.deepEqual(tables.map(textsOf), [textsOf(await write(one)), textsOf(await write(other))]);
});

/** What an instance has answered, decoded for all threads; what is wrong with it is said as data. */
import test from 'ava';
import type { KnownPage } from '../../../core/wire/decode';
import type { PageRange } from '../../../core/wire/format';
import type { DecodeTask } from '../../protocol/tasks';
import { pagesOf } from '../../../core/series';
import { decode } from '../../workers/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { deflated, sample } from '../../../test/core/wire/payloads';

const LIMITS = {
  kind: 'decode',
  known: new Map(),
  firstPageId: 1000,
  maxBytes: 1 << 20,
  maxSeries: 100,
  maxSamples: 1000,
} as const;

test('pages, orders and values are in shared memory, one piece of each', async (t) => {
  const result = decode({ ...LIMITS, payload: encodeSnapshot(await sample(), []) });
  if (!result.ok) throw new Error(result.message);
  const { values, scopes } = result.snapshot;
  const pages = [...pagesOf(result.snapshot)];
  const orders = scopes.flatMap(({ families }) => families.flatMap(({ order }) => order ?? []));
  t.true(pages.length > 2 && orders.length > 0);
  const pieces = new Set([...pages.map(({ attributes }) => attributes.buffer), values.buffer]);
  t.is(pieces.size, 2);
  for (const piece of [
    ...pieces,
    ...scopes.flatMap(({ families }) => families.flatMap(({ order }) => order?.buffer ?? [])),
  ]) {
    t.true(piece instanceof SharedArrayBuffer);
  }
  t.is(pages.map(({ attributes }) => Buffer.from(attributes).toString()).join(''), texts());
  const again = decode({ ...LIMITS, known: result.pages, payload: encodeSnapshot(await sample(), [[0, 99]]) });
  t.true(again.ok);
});

test('each page that is sent gets an id that no page had before, and a known one keeps its own', async (t) => {
  const snapshot = await sample();
  const ids = (have: readonly PageRange[], known: ReadonlyMap<number, KnownPage>, firstPageId: number) => {
    const result = decode({ ...LIMITS, known, firstPageId, payload: encodeSnapshot(snapshot, have) });
    if (!result.ok) throw new Error(result.message);
    t.deepEqual(
      [...pagesOf(result.snapshot)],
      [...result.pages.values()].map(({ page }) => page),
    );
    return result.pages;
  };
  const first = ids([], new Map(), 1000);
  t.deepEqual(
    [...first].map(([id, { page }]) => [id, page.id]),
    [...pagesOf(snapshot)].map(({ id }, i) => [id, 1000 + i]),
  );
  const [lost] = first.keys();
  // The first one is sent again: it may have other contents now.
  const second = ids([[(lost as number) + 1, 99]], first, 2000);
  t.deepEqual(
    [...second].map(([id, { page }]) => [id, page.id]).sort(),
    [...first].map(([id, { page }]) => [id, id === lost ? 2000 : page.id]).sort(),
  );
});

const texts = () =>
  [
    '{"id":0}',
    '{"id":1}',
    '{"id":2}',
    '{"id":10}',
    '{"id":11}',
    '{"id":12}',
    '{"id":13}',
    '{"a":"ä"}',
    '{"b":[1,null]}',
    '{"c":"1"}',
  ]
    .map((text) => `${text}\n`)
    .join('');

test('failures tell what was wrong', async (t) => {
  const payload = encodeSnapshot(await sample(), []);
  const fails = (task: Partial<DecodeTask>, code: string, message: RegExp) => {
    const result = decode({ ...LIMITS, payload, ...task });
    t.false(result.ok);
    if (result.ok) return;
    t.is(result.code, code as never);
    t.regex(result.message, message);
  };
  fails({ payload: 'AAAA' }, 'MALFORMED', /deflate/);
  fails({ payload: deflated({ v: 9 }, Buffer.alloc(0)) }, 'UNSUPPORTED', /version 9, expected 2/);
  fails({ maxBytes: 100 }, 'TOO_LARGE', /100 bytes/);
  fails({ maxSeries: 7 }, 'TOO_LARGE', /^9 series, allowed are 7$/);
  fails({ payload: encodeSnapshot(await sample(), [[0, 0]]) }, 'MISSING_PAGES', /neither sent nor known/);
  t.true(decode({ ...LIMITS, payload, maxSeries: 9 }).ok);
});

/** What an instance has answered, decoded for all threads; what is wrong with it is said as data. */
import test from 'ava';
import type { DecodeTask } from '../../protocol/tasks';
import { pagesOf } from '../../../core/series';
import { decode } from '../../workers/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { deflated, sample } from '../../../test/core/wire/payloads';

const LIMITS = { kind: 'decode', known: [], maxBytes: 1 << 20, maxSeries: 100 } as const;

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
  const again = decode({ ...LIMITS, known: pages, payload: encodeSnapshot(await sample(), [[0, 99]]) });
  t.true(again.ok);
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
  fails({ payload: deflated({ v: 9 }, Buffer.alloc(0)) }, 'UNSUPPORTED', /version 9, expected 1/);
  fails({ maxBytes: 100 }, 'TOO_LARGE', /100 bytes/);
  fails({ maxSeries: 7 }, 'TOO_LARGE', /^8 series, allowed are 7$/);
  fails({ payload: encodeSnapshot(await sample(), [[0, 0]]) }, 'MISSING_PAGES', /neither sent nor known/);
  t.true(decode({ ...LIMITS, payload, maxSeries: 8 }).ok);
});

/** Answers that break the rules of the protocol, or are made to cost more than they are: refused, or taken without harm. */
import test from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import type { Snapshot } from '../../../core/snapshot';
import { decodePayload, decodeSnapshot, WireError } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { counter, encode, histogram, point } from '../encoder/collections';
import { deflated, inflated, sample } from './payloads';

interface Header {
  resource: string;
  scopes: { scope: object; families: { pages: number[]; descriptor: { name: string } }[] }[];
  pages: { id: number; bytes: number; size: number; layout: object }[];
}

/** The sample with a header that was changed; the bytes behind it are the same unless `change` returns others. */
async function altered(change: (header: Header, rest: Buffer) => Buffer | undefined): Promise<string> {
  const { header, rest } = inflated(encodeSnapshot(await sample(), []));
  const other = change(header as Header, rest);
  return deflated(header, other ?? rest);
}

const malformed = (message: RegExp) => ({ instanceOf: WireError, code: 'MALFORMED', message }) as const;

test('a page that is named or sent twice is malformed, and an order that names a series twice', async (t) => {
  const named = await altered(({ scopes }) => {
    const pages = scopes[0]?.families[0]?.pages as number[];
    pages[1] = pages[0] as number;
  });
  t.throws(() => decodeSnapshot(named), malformed(/page \d+ is named twice/));

  const sent = await altered(({ pages }, rest) => {
    pages.unshift(pages[0] as Header['pages'][0]);
    return Buffer.concat([rest.subarray(0, pages[0]?.bytes), rest]);
  });
  t.throws(() => decodeSnapshot(sent), malformed(/page \d+ is sent twice/));

  const snapshot = await sample();
  const order = snapshot.scopes[0]?.families[0]?.order as Int32Array;
  order[1] = order[0] as number;
  t.throws(() => decodeSnapshot(encodeSnapshot(snapshot, [])), malformed(/order names a series twice/));
});

test('a page that is sent again takes the place of the one that is known', async (t) => {
  const payload = encodeSnapshot(await sample(), []);
  const { pages } = decodePayload(payload);
  const again = decodePayload(payload, { known: pages });
  t.deepEqual([...again.pages.keys()], [...pages.keys()]);
  t.true([...again.pages].every(([id, page]) => page !== pages.get(id)));
});

test('a page that no family names is not read', async (t) => {
  const payload = await altered(({ pages }, rest) => {
    pages.unshift({ ...(pages[0] as Header['pages'][0]), id: 1000, bytes: 3, size: 3 });
    return Buffer.concat([Buffer.from('{{{'), rest]);
  });
  t.false(decodePayload(payload).pages.has(1000));
});

test('nothing of a header but what the protocol has reaches a snapshot', async (t) => {
  const deep = JSON.parse('['.repeat(20) + ']'.repeat(20)) as unknown;
  const payload = await altered((header) => {
    for (const { scope, families } of header.scopes) {
      Object.assign(scope, { deep });
      for (const family of families) Object.assign(Object.assign(family, { deep }).descriptor, { advice: { deep } });
    }
    for (const page of header.pages) Object.assign(Object.assign(page, { deep }).layout, { deep });
    Object.assign(header, { deep });
  });
  const expected = decodeSnapshot(encodeSnapshot(await sample(), []));
  const { incarnation, ...others } = decodeSnapshot(payload);
  t.deepEqual({ ...others, incarnation: expected.incarnation }, expected);
  t.is(typeof incarnation, 'string');
});

test('what nests too deep is malformed', async (t) => {
  const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);
  const field = await altered((header) => void Object.assign(header, { field: JSON.parse(nested(3500)) as unknown }));
  t.throws(() => decodeSnapshot(field), malformed(/nests more than 32 levels/));
  for (const levels of [8, 20_000]) {
    const text = `{"a":${nested(levels)}}`;
    const resource = await altered((header) => void (header.resource = text));
    t.throws(() => decodeSnapshot(resource), malformed(/resource/));
    const attributes = await altered(({ pages }, rest) => {
      const { bytes } = pages[0] as { bytes: number };
      const lines = Buffer.from(`${text}\n{}\n{"b":1}\n`);
      (pages[0] as { bytes: number }).bytes = lines.length;
      return Buffer.concat([lines, rest.subarray(bytes)]);
    });
    t.throws(() => decodeSnapshot(attributes), malformed(/attributes on page/));
  }
  const shallow = await altered((header) => void (header.resource = `{"a":${nested(7)}}`));
  t.notThrows(() => decodeSnapshot(shallow));
});

test('a name that would stand in the exposition a million times is bounded', async (t) => {
  const named = (chars: number) =>
    altered(({ scopes }) => {
      (scopes[0]?.families[0]?.descriptor as { name: string }).name = 'x'.repeat(chars);
    });
  const longest = await named(1000);
  t.notThrows(() => decodeSnapshot(longest));
  const longer = await named(1001);
  t.throws(() => decodeSnapshot(longer), malformed(/name of a metric, expected a text of up to 1000 characters/));
});

test('few bytes that stand for many samples are too large', async (t) => {
  const buckets = { offset: 0, bucketCounts: new Array<number>(8192).fill(1) };
  const none = { offset: 0, bucketCounts: [] };
  const value = { count: 8192, sum: 1, scale: 2, zeroCount: 0, positive: buckets, negative: none };
  const points = Array.from({ length: 100 }, (_, i) => point({ i }, value));
  const snapshot = await encode(new SnapshotEncoder({ maxSeries: 1000 }), histogram('e', points, 1));
  const payload = encodeSnapshot(snapshot, []);
  t.true(payload.length < 100_000, `${payload.length}`);
  t.throws(() => decodeSnapshot(payload, { maxSamples: 800_000 }), {
    code: 'TOO_LARGE',
    message: '819500 samples, allowed are 800000',
  });
  t.notThrows(() => decodeSnapshot(payload, { maxSamples: 900_000 }));
});

test('few bytes that stand for much text are too large', async (t) => {
  const buckets = { boundaries: Array.from({ length: 99 }, (_, i) => i), counts: new Array<number>(100).fill(0) };
  const points = [point({ a: 'x'.repeat(100_000) }, { buckets, count: 0, sum: 0 })];
  const snapshot = await encode(new SnapshotEncoder({ maxSeries: 1000 }), histogram('h', points));
  const payload = encodeSnapshot(snapshot, []);
  t.true(payload.length < 10_000, `${payload.length}`);
  // 102 samples, each with these attributes.
  t.throws(() => decodeSnapshot(payload, { maxSamples: 8000 }), {
    code: 'TOO_LARGE',
    message: '10201428 bytes of names and attributes of samples, allowed are 4096000',
  });
  t.notThrows(() => decodeSnapshot(payload, { maxSamples: 20_000 }));
});

test('scale and offsets that no exponential histogram has are malformed', async (t) => {
  for (const [number, value] of [
    [5, 1.5],
    [5, 65],
    [7, Number.NaN],
    [9, 2 ** 40],
    [8, 33],
  ] as const) {
    const snapshot: Snapshot = await sample();
    const base = snapshot.scopes[0]?.families[2]?.pages[0]?.base as number;
    snapshot.values[base + number] = value;
    t.throws(() => decodeSnapshot(encodeSnapshot(snapshot, [])), malformed(/scale|offset|number of positive/));
  }
});

test('what the exporter encodes is within the bounds, whatever an app has made', async (t) => {
  let deep: unknown = 1;
  for (let i = 0; i < 20_000; i++) deep = [deep];
  const attributes = { deep, seven: [[[[[[[1]]]]]]], eight: [[[[[[[[1]]]]]]]] };
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const metrics = [counter('c', [point(attributes, 1)])];
  const data = { resource: { attributes: attributes as never }, scopeMetrics: [{ scope: { name: 's' }, metrics }] };
  const { snapshot } = await encoder.encode({ data: data as never, time: 0, intervalMs: 1, collectMs: 0 });
  const read = decodeSnapshot(encodeSnapshot(snapshot, []));
  t.is(read.resource, '{"deep":"[object Array]","seven":[[[[[[[1]]]]]]],"eight":"[object Array]"}');
  t.is(read.stats.series, 1);
});

test('a metric whose name or description is too long is left out, and told', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const long = counter('x'.repeat(1001), [point({}, 1)]);
  const wordy = { ...counter('wordy', [point({}, 1)]), descriptor: { name: 'wordy', description: 'x'.repeat(10_001) } };
  const scopeMetrics = [{ scope: { name: 's' }, metrics: [long, wordy, counter('c', [point({}, 1)])] }];
  const data = { resource: { attributes: {} }, scopeMetrics };
  const { snapshot, problems } = await encoder.encode({ data: data as never, time: 0, intervalMs: 1, collectMs: 0 });
  t.deepEqual(
    snapshot.scopes[0]?.families.map(({ descriptor }) => descriptor.name),
    ['c'],
  );
  t.true(problems.some((problem) => problem.includes('its name has 1001 characters, at most 1000 are allowed')));
  t.true(problems.some((problem) => problem.includes('its description has 10001 characters')));
});

/** Answers that break the rules of the protocol: refused, or taken without harm. Those that did harm: `server/test/regression/`. */
import test from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import type { Snapshot } from '../../../core/snapshot';
import { decodePayload, decodeSnapshot } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { counter, point } from '../encoder/collections';
import { altered, type Header, malformed, sample } from './payloads';

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

/** An answer of 500 bytes, with a field that nests 3,500 levels deep, blocked the metrics server for two minutes. */
import test from 'ava';
import { ClusterPool, TaskError } from '../../src/cluster-pool';
import { decodeSnapshot } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { altered, deflated, inflated, malformed, sample } from '../../../test/core/wire/payloads';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 256, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

const TASK = {
  kind: 'decode',
  known: new Map(),
  firstPageId: 0,
  maxBytes: 1 << 24,
  maxSeries: 1000,
  maxSamples: 8000,
} as const;

function nested(levels: number): unknown {
  let value: unknown = [];
  for (let level = 1; level < levels; level++) value = [value];
  return value;
}

test('an answer that nests deep, wherever it does, is refused, and the next one is decoded by the same thread', async (t) => {
  const good = encodeSnapshot(await sample(), []);
  const { header, rest } = inflated(good);
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const changed = [
    { ...(header as object), unknown: nested(3500) },
    { ...(header as object), resource: nested(3500) },
    { ...(header as object), resource: `{"a":${deep}}` },
  ];
  for (const one of changed) {
    const payload = deflated(one, rest);
    const error = await t.throwsAsync(pool.run({ ...TASK, payload }), { instanceOf: TaskError });
    t.is(error.code, 'MALFORMED');
  }
  // Eight levels are allowed, and come back as they are.
  const shallow = deflated({ ...(header as object), unknown: nested(8) }, rest);
  for (const payload of [good, shallow]) t.false('unknown' in (await pool.run({ ...TASK, payload })).snapshot);
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

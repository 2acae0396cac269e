/** An answer of 500 bytes, with a field that nests 3,500 levels deep, blocked the metrics server for two minutes. */
import test from 'ava';
import { ClusterPool, TaskError } from '../../src/cluster-pool';
import { encodeSnapshot } from '../../../core/wire/encode';
import { deflated, inflated, sample } from '../../../test/core/wire/payloads';

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

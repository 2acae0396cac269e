/** 2 KB of an answer stood for gigabytes of text: names and attributes stand in the exposition once for each sample. */
import test from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { decodeSnapshot } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { encode, histogram, point } from '../../../test/core/encoder/collections';
import { altered, malformed } from '../../../test/core/wire/payloads';

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

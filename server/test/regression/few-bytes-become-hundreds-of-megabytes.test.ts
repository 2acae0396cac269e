/** 4,628 characters (100 series of 65,536 exponential buckets) became 600 MB of text. */
import test from 'ava';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { decodeSnapshot } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { encode, histogram, point } from '../../../test/core/encoder/collections';
import { decode } from '../../workers/decode';
import { deflated } from '../../../test/core/wire/payloads';

const LIMITS = { known: new Map(), firstPageId: 0, maxBytes: 2 ** 28, maxSeries: 1e6, maxSamples: 8e6 } as const;

/** Series with so many buckets of each sign: the stripes take nine bytes each, whatever the number of series is. */
function payloadOf(size: number, capacity: number): string {
  const attributes = Buffer.from(Array.from({ length: size }, (_, i) => `{"i":${i}}\n`).join(''));
  const layout = { kind: 'exponential', positive: capacity, negative: capacity, sum: true, min: false, max: false };
  const stripe = (value: number): Buffer => {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleLE(value, 1);
    return bytes;
  };
  //               start, count, sum, min, max, scale, zero count, and offset and length of each sign
  const numbers = [1, 2 * capacity, 1, 0, 0, 0, 0, 0, capacity, 0, capacity];
  const stripes = [...numbers, ...new Array<number>(2 * capacity).fill(1)].map(stripe);
  const family = {
    ...{ descriptor: { name: 'e' }, dataPointType: 1, aggregationTemporality: 1, endTime: [1, 0], pages: [1] },
  };
  const header = {
    ...{ v: 2, incarnation: 'i', generation: 1, time: 1, resource: '{}' },
    stats: { intervalMs: 1, collectMs: 1, series: size, droppedSeries: 0, droppedExemplars: 0 },
    scopes: [{ scope: { name: 's' }, families: [family] }],
    pages: [{ id: 1, size, layout, bytes: attributes.length }],
  };
  return deflated(header, Buffer.concat([attributes, ...stripes]));
}

test('an answer that has more buckets than a metric may have, or more samples than an app may have, is refused', (t) => {
  const huge = payloadOf(100, 65_536);
  t.true(huge.length < 10_000);
  t.like(decode({ kind: 'decode', payload: huge, ...LIMITS }), { ok: false, code: 'MALFORMED' });

  const many = payloadOf(1000, 8192);
  t.true(many.length < 20_000);
  const refused = decode({ kind: 'decode', payload: many, ...LIMITS });
  t.like(refused, { ok: false, code: 'TOO_LARGE', message: `${1000 * (2 * 8192 + 3)} samples, allowed are 8000000` });
  t.true(decode({ kind: 'decode', payload: payloadOf(100, 160), ...LIMITS }).ok);
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

/** 4,628 characters (100 series of 65,536 exponential buckets) became 600 MB of text. */
import test from 'ava';
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

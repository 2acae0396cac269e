import test from 'ava';
import * as fc from '../../support/properties';
import { ByteReader, ByteWriter } from '../../../core/wire/numbers';

const SPECIAL = fc.constantFrom(
  NaN,
  Infinity,
  -Infinity,
  -0,
  0,
  2 ** 52,
  -(2 ** 52),
  2 ** 52 - 1,
  1 - 2 ** 52,
  2 ** 53,
);
const COLUMN = fc.oneof(
  fc.array(fc.oneof(fc.double(), SPECIAL), { minLength: 1, maxLength: 50 }),
  fc.array(fc.oneof(fc.maxSafeInteger(), fc.integer({ min: -3, max: 300 })), { minLength: 1, maxLength: 50 }),
  fc
    .tuple(fc.oneof(fc.double(), SPECIAL), fc.integer({ min: 1, max: 1024 }))
    .map(([value, n]) => new Array<number>(n).fill(value)),
);

function written(columns: readonly (readonly number[])[]): Buffer {
  const writer = new ByteWriter();
  for (const column of columns) writer.stripe(Float64Array.from(column), 0, 1, column.length);
  return writer.finish();
}

function readBack(bytes: Buffer, ...counts: number[]): number[][] {
  const reader = new ByteReader(bytes);
  return counts.map((count) => {
    const values = new Float64Array(count);
    reader.stripe(values, 0, 1, count);
    return [...values];
  });
}

test('every number comes back exactly as it was, whatever numbers stand beside it', (t) => {
  fc.assert(
    fc.property(fc.array(COLUMN, { maxLength: 5 }), (columns) => {
      const back = readBack(written(columns), ...columns.map(({ length }) => length));
      return columns.every((column, c) => column.every((value, i) => Object.is(back[c]?.[i], value)));
    }),
  );
  t.pass();
});

test('a stripe is read and written by its stride, and no other number is touched', (t) => {
  const table = Float64Array.from([1, 10, 2, 20, 3, 30]);
  const writer = new ByteWriter();
  writer.stripe(table, 1, 2, 3);
  const back = new Float64Array(6).fill(-1);
  new ByteReader(writer.finish()).stripe(back, 1, 2, 3);
  t.deepEqual([...back], [-1, 10, -1, 20, -1, 30]);
});

test('stripes take no more bytes than their numbers need', (t) => {
  t.is(written([new Array<number>(1024).fill(1.5)]).length, 9);
  t.is(written([[1, 2, 3, -60]]).length, 5);
  t.is(written([[1, 2, 3, 0.5]]).length, 1 + 4 * 8);
  t.is(written([[]]).length, 0);
  const many = Array.from({ length: 100_000 }, (_, i) => i / 3);
  t.deepEqual(readBack(written([many]), many.length), [many]);
});

test('bytes that end early, or that no writer writes, are a RangeError', (t) => {
  const bytes = written([
    [1, 2, 300],
    [0.5, 1.5],
    [7, 7],
  ]);
  for (let length = 0; length < bytes.length; length++) {
    t.throws(() => readBack(bytes.subarray(0, length), 3, 2, 2), { instanceOf: RangeError });
  }
  t.throws(() => readBack(Buffer.from([3, 0, 0]), 1), { instanceOf: RangeError, message: /unknown way 3/ });
  t.throws(() => readBack(Buffer.from([1, ...new Array<number>(12).fill(0xff)]), 1), { instanceOf: RangeError });
});

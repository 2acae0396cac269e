import test from 'ava';
import * as fc from '../../../../test/support/properties';
import { MAX_NUMBER, numberText, writeNumber } from '../../../workers/text/lines/digits';

function written(value: number): string {
  const bytes = Buffer.alloc(MAX_NUMBER + 2, '#');
  const end = writeNumber(bytes, 1, value);
  const text = bytes.toString('latin1');
  return text.startsWith('#') && /^#+$/.test(text.slice(end)) ? text.slice(1, end) : `around it too: ${text}`;
}

/** Neighbours of a number, as near as doubles are. */
function near(value: number): number[] {
  const bits = new BigInt64Array(1);
  const double = new Float64Array(bits.buffer);
  double[0] = value;
  const middle = bits[0] ?? 0n;
  return [-2n, -1n, 0n, 1n, 2n].map((step) => {
    bits[0] = middle + step;
    return double[0] ?? 0;
  });
}

const RUNS = { numRuns: 20_000 };

test('any number is written as JavaScript prints it', (t) => {
  fc.assert(
    fc.property(fc.double({ noDefaultInfinity: true }), (value) => written(value) === numberText(value)),
    RUNS,
  );
  for (const value of [
    0,
    -0,
    NaN,
    Infinity,
    -Infinity,
    5e-324,
    2 ** -1022,
    Number.MAX_VALUE,
    1e21,
    123456789012345680000,
  ]) {
    t.is(written(value), numberText(value));
  }
});

test('numbers with fractions of any size are written as JavaScript prints them', (t) => {
  const fraction = fc.double({ min: 0, max: 1, noNaN: true });
  const sizes = fc.tuple(fraction, fc.integer({ min: -3, max: 33 }), fc.boolean());
  fc.assert(
    fc.property(sizes, ([part, power, negative]) => {
      const value = (negative ? -1 : 1) * (1 + part) * 2 ** power;
      return written(value) === numberText(value);
    }),
    RUNS,
  );
  t.pass();
});

test('decimals of few digits, their sums and their neighbours are written as JavaScript prints them', (t) => {
  const decimal = fc.tuple(fc.nat({ max: 2 ** 31 }), fc.integer({ min: 0, max: 9 }));
  fc.assert(
    fc.property(decimal, decimal, ([a, places], [b, others]) => {
      const first = a / 10 ** places;
      const second = b / 10 ** others;
      return [...near(first), first + second, first - second].every((value) => written(value) === numberText(value));
    }),
    RUNS,
  );
  t.pass();
});

test('borders of powers of two, and numbers between two decimals, are written as JavaScript prints them', (t) => {
  for (let power = 0; power < 54; power++) {
    for (const value of near(2 ** power)) t.is(written(value), numberText(value));
    for (let step = 1; step < 2 ** 9; step += 2) {
      const value = 2 ** power + step / 2 ** 9;
      t.is(written(value), numberText(value));
    }
  }
  t.is(written(2 ** 30 + 1 / 256), '1073741824.0039062');
  t.is(written(2 ** 30 + 3 / 256), '1073741824.0117188');
});

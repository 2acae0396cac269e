import test from 'ava';
import * as fc from '../../support/properties';
import { readable } from '../../../core/monit/readable';

const text = (value: number, unit?: string): string => {
  const shown = readable(value, unit);
  return shown.unit === undefined ? String(shown.value) : `${shown.value} ${shown.unit}`;
};

const SHOWN: readonly (readonly [value: number, unit: string | undefined, text: string])[] = [
  [0.01234, 's', '12.3 ms'],
  [12.34, 'ms', '12.3 ms'],
  [1.234, 's', '1.23 s'],
  [0.00000456, 's', '4.56 µs'],
  [72, 's', '1.2 min'],
  [7200, 's', '2 h'],
  [0, 's', '0 s'],
  [0.9996, 's', '1 s'],
  [45_300_000, 'By', '45.3 MB'],
  [45_678, 'By', '45.7 kB'],
  [1_234_000, 'By/s', '1.2 MB/s'],
  [123_000, 'By/s', '123 kB/s'],
  [2, 'MiBy', '2.1 MB'],
  [512, 'By', '512 B'],
  [1234.5, '/s', '1.2 k/s'],
  [12.345, '/s', '12.3 /s'],
  [45_678, '{request}/s', '46 k/s'],
  [1234, undefined, '1234'],
  [12_345, undefined, '12.3 k'],
  [0.4213, undefined, '0.421'],
  [7, '{connection}', '7'],
  [1_500_000, 'jobs', '1.5 M jobs'],
  [93.456, '%', '93.5 %'],
  [2400, 'Hz', '2400 Hz'],
  [24_000, 'Hz', '24 kHz'],
  [-0.5, 's', '-500 ms'],
  [1_795_000_000, 's', '56.9 y'],
  [1.8e15, 's', '1.8 Ps'],
  [9_223_372_036_854_771_712, 'By', '9.22 EB'],
  [0.00842, undefined, '0.00842'],
  [0.0000842, undefined, '84.2 µ'],
  [0.00000116, '/s', '1.2 µ/s'],
  [1e-13, undefined, '0'],
  [1e-20, 's', '0 s'],
  [Infinity, 's', 'Infinity'],
  [3, 'constructor', '3 constructor'],
];

for (const [value, unit, expected] of SHOWN) {
  test(`${value} ${unit ?? ''} is shown as ${expected}`, (t) => t.is(text(value, unit), expected));
}

test('what people look at takes no more than seven characters, and is off by no more than a rounding', (t) => {
  const FACTORS: Record<string, number> = { s: 1, ms: 1e-3, µs: 1e-6, k: 1e3, M: 1e6, kB: 1e3, MB: 1e6, GB: 1e9, B: 1 };
  fc.assert(
    fc.property(fc.constantFrom('s', 'By', undefined), fc.double({ min: 0, max: 1, noNaN: true }), (unit, share) => {
      const value = unit === 's' ? 1e-6 * 5e7 ** share : unit === 'By' ? 1e11 ** share : 1e8 ** share;
      const shown = readable(value, unit);
      t.true(text(value, unit).length <= 7, text(value, unit));
      const factor = shown.unit === undefined ? 1 : (FACTORS[shown.unit] ?? NaN);
      t.true(Math.abs(shown.value * factor - value) <= 0.05 * value, `${value} ${text(value, unit)}`);
    }),
  );
});

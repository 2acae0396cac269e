import test from 'ava';
import { bytes, count, duration, percent, seconds } from '../../src/top/numbers';

test('numbers have three digits and a unit', (t) => {
  t.deepEqual([0, 7, 12.345, 999, 999.7, 1234, 12_345, 9_990_000, 1e15, null].map(count), [
    ...['0', '7', '12.3', '999', '1.00k', '1.23k', '12.3k', '9.99M', '1000T', '-'],
  ]);
  t.deepEqual([0, 1000, 1024, 77_700_000, 1.5 * 1024 ** 3, null].map(bytes), [
    ...['0 B', '1000 B', '1 KB', '74.1 MB', '1.50 GB', '-'],
  ]);
  t.deepEqual([0, 0.005, 0.125, 1, 12, null].map(percent), ['0%', '0.50%', '12.5%', '100%', '1200%', '-']);
  t.deepEqual([0, 0.000012, 0.0123, 0.25, 0.9996, 1.5, 120, null].map(seconds), [
    ...['0 ms', '12 us', '12.3 ms', '250 ms', '1.00 s', '1.50 s', '120 s', '-'],
  ]);
});

test('durations have their two largest units', (t) => {
  t.deepEqual([-1, 0, 12, 65, 3725, 90_061, 864_000, null].map(duration), [
    ...['0s', '0s', '12s', '1m 5s', '1h 2m', '1d 1h', '10d 0h', '-'],
  ]);
});

import test from 'ava';
import { dataOf, withRoom } from '../../core/bytes';

test('a buffer with room stays, one without is replaced by twice what is needed', (t) => {
  const bytes = Buffer.from('abcd');
  t.is(withRoom(bytes, 1, 3), bytes);
  t.is(withRoom(bytes, 4, 0), bytes);
  const larger = withRoom(bytes, 3, 2);
  t.is(larger.length, 10);
  t.is(larger.toString('latin1', 0, 3), 'abc');
});

test('appending byte by byte copies each byte less than twice, on average', (t) => {
  let bytes = Buffer.alloc(0);
  let copied = 0;
  for (let used = 0; used < 100_000; used++) {
    const next = withRoom(bytes, used, 1);
    if (next !== bytes) copied += used;
    bytes = next;
  }
  t.true(copied < 200_000, `${copied}`);
});

test('numbers are read from where the bytes begin in their memory', (t) => {
  const bytes = Buffer.from([0, 0, 1, 2]).subarray(2);
  t.is(dataOf(bytes).getUint16(0), 0x0102);
});

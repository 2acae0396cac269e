import test from 'ava';
import { readPmId } from '../../core/pm2/pm-id';
import { isRecord, messageOf, stackOf } from '../../core/values';

test('a record has named fields', (t) => {
  for (const value of [{}, Object.create(null), new Map(), new Error('e')]) t.true(isRecord(value));
  for (const value of [null, undefined, [], 'text', 7, () => 7]) t.false(isRecord(value));
});

test('a thrown value says something, whatever it is', (t) => {
  const error = new TypeError('wrong');
  const thrown: unknown[] = [error, 'text', undefined, 7];
  t.deepEqual(thrown.map(messageOf), ['wrong', 'text', 'undefined', '7']);
  t.regex(stackOf(error), /^TypeError: wrong\n +at .*values\.test/);
  t.is(stackOf('text'), 'text');
});

test('an id of PM2 is a whole number, or its text', (t) => {
  t.deepEqual([0, 17, '0', '17'].map(readPmId), [0, 17, 0, 17]);
  for (const value of [undefined, null, '', '_old_2', '1.5', -1, 1.5, 1e21, NaN, {}, ['2'], '2'.repeat(10)]) {
    t.is(readPmId(value), undefined);
  }
});

import test from 'ava';
import { readPmId } from '../../core/pm2/pm-id';
import * as fc from '../support/properties';
import { isRecord, messageOf, printable, stackOf } from '../../core/values';

test('a record has named fields', (t) => {
  for (const value of [{}, Object.create(null), new Map(), new Error('e')]) t.true(isRecord(value));
  for (const value of [null, undefined, [], 'text', 7, () => 7]) t.false(isRecord(value));
});

test('the text of a thrown value is its message, its stack, or the value itself', (t) => {
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

test('whatever is thrown, it is described by a text of bounded length', (t) => {
  const bad = (): never => {
    throw Object.create(null);
  };
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const special: readonly unknown[] = [
    proxy,
    new Proxy({}, { get: bad, getPrototypeOf: bad, ownKeys: bad, has: bad }),
    Object.defineProperty(new Error('e'), 'message', { get: bad }),
    Object.assign(new Error('e'), { stack: 5, message: Symbol('m') }),
    { toString: bad, valueOf: bad, [Symbol.toPrimitive]: bad },
    Object.create(null),
    Symbol('s'),
    bad,
    'x'.repeat(1e7),
    new Error('x'.repeat(1e7)),
  ];
  const check = (value: unknown): void => {
    t.true(messageOf(value).length <= 1000);
    t.true(stackOf(value).length <= 4000);
    isRecord(value);
  };
  for (const value of special) check(value);
  fc.assert(
    fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withMap: true }), (value) => {
      check(value);
      check(Object.assign(Object.create(null), { message: value, stack: value }));
    }),
  );
  t.is(messageOf(Object.assign(Object.create(null), { message: 'said' })), 'said');
});

test('a printable text has no control characters and a bounded length', (t) => {
  t.is(printable('a\n\tb\u001b[31m\u2028\u202e"', 100), 'a\\n\\tb\\u001b[31m\\u2028\\u202e"');
  t.is(printable('abcdef', 4), 'abc…');
});

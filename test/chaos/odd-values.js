'use strict';

/** Values of every kind that JavaScript has, the harmful ones included. */

const cyclic = {};
cyclic.self = cyclic;

const makers = [
  () => undefined,
  () => null,
  () => Number.NaN,
  () => -0,
  () => 2 ** 53,
  () => -1,
  () => 1e300,
  () => 10n ** 20n,
  () => '',
  () => '\ud800',
  () => '__proto__',
  () => 'x'.repeat(10_000),
  () => Symbol('odd'),
  () => true,
  () => () => 1,
  () => [],
  () => new Array(5),
  () => [[1, 2], [3]],
  () => ({}),
  () => Object.create(null),
  () => cyclic,
  () => new Date(Number.NaN),
  () => new Map([[1, 2]]),
  () => new Error('odd'),
  () => Object.assign(Object.create(null), { message: 'no prototype' }),
  () => Object.defineProperty(new Error(), 'message', { get: thrower }),
  () => ({ message: Symbol('no text') }),
  () => ({ toString: thrower, toJSON: thrower, valueOf: thrower }),
  () => Object.freeze({ frozen: true }),
  () => new Proxy({}, { get: thrower, has: thrower, ownKeys: thrower, getOwnPropertyDescriptor: thrower }),
  () => new Proxy([], { get: (target, key) => (key === 'length' ? 3 : thrower()) }),
  () => ({ then: (resolve) => resolve(1) }),
  () => ({ then: thrower }),
  () => Promise.resolve(1),
  () => new Uint8Array(3),
  () => process.env,
];

function thrower() {
  throw new Error('thrown when read');
}

function oddValue(random) {
  return random.pick(makers)();
}

/** Replaces values somewhere inside a tree of objects and lists. Getters that throw take the place of some. */
function spoil(value, random, share = 0.1) {
  if (random.chance(share)) return oddValue(random);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value) ? [] : {};
  for (const key of Object.keys(value)) {
    if (random.chance(share / 5)) Object.defineProperty(copy, key, { get: thrower, enumerable: true });
    else if (!random.chance(share / 5)) copy[key] = spoil(value[key], random, share);
  }
  return copy;
}

module.exports = { oddValue, spoil };

/** A payload that was changed on its way is refused with a WireError, or is a snapshot that can be used. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import test from 'ava';
import * as fc from '../../support/properties';
import type { Snapshot } from '../../../core/snapshot';
import { PageCache } from '../../../workers/page-cache';
import { plainJson } from '../../../workers/plain-form';
import { forEachSeries } from '../../../core/series';
import { decodeSnapshot, WireError } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { deflated, inflated, sample } from './payloads';

/** Reads and, if that can be done, uses it as worker threads do. Throws what is no WireError. */
function survives(payload: string): boolean {
  let snapshot: Snapshot;
  try {
    snapshot = decodeSnapshot(payload, { maxBytes: 1 << 20 });
  } catch (error) {
    if (error instanceof WireError) return false;
    throw error;
  }
  const cache = new PageCache();
  cache.use(snapshot);
  JSON.parse(plainJson(snapshot, cache));
  for (const { scope, families } of snapshot.scopes) {
    scope.name.normalize();
    for (const family of families) {
      family.descriptor.name.normalize();
      forEachSeries(family, (page, index) => Object.keys(JSON.parse(cache.text(page, index)) as object));
    }
  }
  structuredClone(snapshot);
  return true;
}

test('a payload with a few changed bytes is a WireError, or a snapshot that can be used', async (t) => {
  const bytes = Buffer.from(encodeSnapshot(await sample(), []), 'base64');
  const plain = inflateRawSync(bytes);
  const change = fc.array(fc.tuple(fc.nat(), fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 0x0a, 0x7f, 0xff))), {
    minLength: 1,
    maxLength: 4,
  });
  let used = 0;
  fc.assert(
    fc.property(change, fc.boolean(), (changes, inside) => {
      const copy = Buffer.from(inside ? plain : bytes);
      for (const [at, value] of changes) copy[at % copy.length] = value;
      if (survives((inside ? deflateRawSync(copy) : copy).toString('base64'))) used++;
    }),
    { numRuns: 1500 },
  );
  t.true(used > 10, `${used}`);
});

/** Every place in a JSON value, as the keys that lead there. */
function* places(value: unknown, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value)) yield* places(child, [...path, key]);
}

function changed(value: unknown, [key, ...rest]: readonly string[], to: unknown): unknown {
  if (key === undefined) return to;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = changed(copy[key], rest, to);
  return copy;
}

test('a header with a changed value is a WireError, or a snapshot that can be used', async (t) => {
  const { header, rest } = inflated(encodeSnapshot(await sample(), []));
  const all = [...places(header)];
  const ODD = [
    undefined,
    null,
    true,
    -1,
    0,
    1,
    2,
    3,
    1.5,
    1024,
    65_536,
    1e9,
    2 ** 53,
    1e300,
    '',
    '1',
    'NaN',
    'x',
    [],
    {},
    [1, 2],
    [[]],
    '{}',
    '5',
  ];
  let used = 0;
  for (const place of all) {
    for (const odd of ODD) {
      t.notThrows(
        () => (used += Number(survives(deflated(changed(header, place, odd), rest)))),
        `${place.join('.')}: ${JSON.stringify(odd)}`,
      );
    }
  }
  t.true(used > 10, `${used}`);
});

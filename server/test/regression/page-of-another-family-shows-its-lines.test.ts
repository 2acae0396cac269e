/** A known page that another family named showed the lines of the former family below the head of the new one. */
import test from 'ava';
import { encodeSnapshot } from '../../../core/wire/encode';
import { sample } from '../../../test/core/wire/payloads';
import { decode } from '../../workers/decode';

const LIMITS = {
  kind: 'decode',
  known: new Map(),
  ...{ maxBytes: 1 << 20, maxSeries: 100, maxSamples: 1000 },
} as const;

test('a known page that another family names now gets a new id', async (t) => {
  const snapshot = await sample();
  const result = decode({ ...LIMITS, payload: encodeSnapshot(snapshot, []), firstPageId: 1000 });
  if (!result.ok) throw new Error(result.message);
  const { pages: known } = result;
  const [before] = snapshot.scopes;
  const { scope, families } = before!;
  const [first, ...others] = families;
  const renamed = { ...first!, descriptor: { ...first!.descriptor, name: 'other' } };
  const odd = { ...snapshot, scopes: [{ scope, families: [renamed, ...others] }] };
  const again = decode({ ...LIMITS, payload: encodeSnapshot(odd, [[0, 99]]), known, firstPageId: 2000 });
  if (!again.ok) throw new Error(again.message);
  const ids = new Set(first!.pages.map(({ page }) => page.id));
  t.true(ids.size > 1);
  for (const [id, { page }] of again.pages) t.is(page.id < 2000, !ids.has(id));
  const attributes = ({ pages }: typeof again) => [...pages.values()].map(({ page }) => page.attributes);
  t.deepEqual(attributes(again), attributes(result));
});

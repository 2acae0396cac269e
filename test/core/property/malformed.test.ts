/** Collections in which anything stands in the place of anything: what is well-formed comes out as if it were alone. */
import test from 'ava';
import * as fc from '../../support/properties';
import type { ResourceMetrics } from '../../../core/otel';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { PageCache } from '../../../workers/page-cache';
import type { Snapshot } from '../../../core/snapshot';
import { decodeSnapshot } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { PostedForm } from '../../../src/pool/posted';
import { plainJson } from '../../../workers/plain-form';
import { counter, point } from '../encoder/collections';
import { sequences } from './metric-sequences';

const refuse = (): never => {
  throw Object.create(null);
};
const HOSTILE: readonly unknown[] = [
  new Proxy({}, { get: refuse, ownKeys: refuse, getPrototypeOf: refuse }),
  new Proxy([], { get: refuse }),
  Object.create(null),
  { valueOf: refuse, toString: refuse, toJSON: refuse },
  { length: 2 ** 32, 0: 1 },
  new Array<unknown>(2 ** 32 - 1),
  Symbol('a'),
  () => 1,
];
const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withNullPrototype: true,
    withTypedArray: true,
    withSparseArray: true,
  }),
  fc.constantFrom<unknown>(...HOSTILE),
);

/** Which field, by a walk down from a scope's entry; what takes its place, and whether it throws instead. */
const mutation = fc.record({
  path: fc.array(fc.nat(), { minLength: 1, maxLength: 7 }),
  value: anything,
  throws: fc.boolean(),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** Only what was well-formed before is walked through. */
function isOwn(value: unknown): value is Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null;
  return isObject && !REPLACED.has(value);
}
const REPLACED = new WeakSet<object>();

function mutate(root: unknown[], { path, value, throws }: Mutation): void {
  let at = root as unknown as Record<string, unknown>;
  for (const [depth, step] of path.entries()) {
    const keys = Object.keys(at);
    const key = keys[step % keys.length];
    if (key === undefined) return;
    const inner: unknown = Object.getOwnPropertyDescriptor(at, key)?.value;
    if (depth < path.length - 1 && isOwn(inner)) at = inner;
    else {
      if (typeof value === 'object' && value !== null) REPLACED.add(value);
      const property = throws ? { get: refuse } : { value, writable: true };
      Object.defineProperty(at, key, { ...property, enumerable: true, configurable: true });
      return;
    }
  }
}

function seen(snapshot: Snapshot): unknown[] {
  const scopes = snapshot.scopes.slice(-1);
  const cache = new PageCache();
  cache.use(snapshot);
  const wire = decodeSnapshot(encodeSnapshot(snapshot, []), { known: new Map() });
  plainJson(wire, new PageCache());
  plainJson(snapshot, cache);
  return [plainJson({ ...snapshot, scopes, resource: '{}' }, cache), snapshot.previous !== undefined];
}

const run = fc.record({
  sequence: sequences,
  mutations: fc.array(fc.array(mutation, { maxLength: 4 }), { minLength: 5, maxLength: 5 }),
});

test('whatever a collection holds is encoded, posted and rendered, and its well-formed metrics are as if alone', async (t) => {
  let malformed = 0;
  await fc.assert(
    fc.asyncProperty(run, async ({ sequence, mutations }) => {
      const alone = new SnapshotEncoder({ maxSeries: 100_000 });
      const beside = new SnapshotEncoder({ maxSeries: 100_000 });
      const form = new PostedForm();
      for (const [step, data] of sequence.entries()) {
        const metrics = [counter('well-formed', [point({ a: 1 }, step), point({ a: 2 }, -step)])];
        const good = { scope: { name: 'the well-formed scope' }, metrics } as never;
        const scopeMetrics = structuredClone(data.scopeMetrics) as unknown[];
        for (const one of mutations[step] ?? []) mutate(scopeMetrics, one);
        scopeMetrics.push(good);
        const rest = { time: step, intervalMs: 1, collectMs: 0 };
        const collection = (of: unknown) => ({ ...rest, data: { resource: {}, scopeMetrics: of } as ResourceMetrics });
        const expected = await alone.encode(collection([good]));
        const encoded = await beside.encode(collection(scopeMetrics));
        t.deepEqual(seen(encoded.snapshot), seen(expected.snapshot));
        structuredClone(await form.of(encoded.snapshot));
        malformed += encoded.malformed;
      }
    }),
    { numRuns: 200, includeErrorInReport: true },
  );
  t.true(malformed > 200, `${malformed}`);
});

/** Of several sources one may return anything in place of data: the numbers of the others are exact all the same. */
import { runInNewContext } from 'node:vm';
import test from 'ava';
import * as fc from '../support/properties';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';
import type { MetricsSource } from '../../src/collect/sources/source';
import { combine, counted, hurry, numbersOf, snapshotOf } from '../collect/collecting';

const refuse = (): never => {
  throw Object.create(null);
};
const throwing = (name: string, base: object = {}): object =>
  Object.defineProperty(base, name, { enumerable: true, get: refuse });

/** Each makes a new value of its kind. */
const ODD: Readonly<Record<string, () => unknown>> = {
  'an error': refuse,
  'a rejection': () => Promise.reject(new Error('no')),
  'a promise that never settles': () => new Promise(() => undefined),
  'a thenable that throws': () => ({ then: refuse }),
  'a getter of then that throws': () => throwing('then'),
  'a promise of null': () => Promise.resolve(null),
  'no scopes': () => ({ resource: { attributes: {} }, scopeMetrics: null }),
  'a getter of scopes that throws': () => throwing('scopeMetrics', { resource: {} }),
  'a getter of the resource that throws': () => throwing('resource', { scopeMetrics: [] }),
  'attributes that throw': () => ({ ...counted('odd', 1), resource: throwing('attributes') }),
  'an attribute that throws': () => counted('odd', 1, throwing('host')),
  'a scope that throws': () => ({ ...counted('odd', 1), scopeMetrics: [throwing('metrics', { scope: {} })] }),
  'a metric that throws': () => ({
    ...counted('odd', 1),
    scopeMetrics: [{ scope: {}, metrics: [throwing('descriptor'), throwing('aggregationTemporality')] }],
  }),
  'a list that throws': () => ({ resource: {}, scopeMetrics: new Proxy([], { get: refuse }) }),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  'objects of another realm': (): unknown =>
    runInNewContext('({ resource: { attributes: { realm: "other" } }, scopeMetrics: [{ scope: {}, metrics: [5] }] })'),
  deltas: () => counted('odd', 1, {}, 0),
  data: () => counted('odd', 1),
};
const kind = fc.constantFrom(...Object.keys(ODD));

test.serial('whatever one of several sources returns, the numbers of the others are exact', async (t) => {
  hurry(t);
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(kind, fc.anything({ withBigInt: true, withNullPrototype: true })), {
        minLength: 1,
        maxLength: 5,
      }),
      fc.nat(2),
      async (returned, place) => {
        let cycle = -1;
        let taken = 0;
        const oddNow = (): unknown => {
          const one = returned[cycle];
          return typeof one === 'string' && one in ODD ? ODD[one]?.() : one;
        };
        const deltas: MetricsSource = {
          accumulates: true,
          provider: () => deltas,
          collect: () => Promise.resolve(counted('delta', 10 + cycle, {}, 0)),
        };
        const sources: ((() => unknown) | MetricsSource)[] = [() => counted('good', cycle), deltas];
        sources.splice(place, 0, oddNow);
        const { collect } = combine(...sources);
        const encoder = new SnapshotEncoder({ maxSeries: 1000 });
        for (cycle = 0; cycle < returned.length; cycle++) {
          const data = await collect();
          taken += valueOf(data, 'delta');
          t.is(numbersOf(await snapshotOf(encoder, withoutDeltas(data)))['good'], cycle);
        }
        t.is(
          taken,
          returned.reduce((sum: number, _, index) => sum + 10 + index, 0),
          'each delta is there once',
        );
      },
    ),
    { numRuns: 100 },
  );
});

test('a list of scopes without end takes no room from the scopes of others', async (t) => {
  const endless = { resource: {}, scopeMetrics: new Array<unknown>(2 ** 32 - 1) };
  const { collect } = combine(
    () => endless,
    () => counted('good', 5),
  );
  t.is(numbersOf(await snapshotOf(new SnapshotEncoder({ maxSeries: 10 }), await collect()))['good'], 5);
});

function valueOf({ scopeMetrics }: ResourceMetrics, scope: string): number {
  const named = scopeMetrics.filter((one) => isNamed(one, scope));
  return named.reduce((sum, { metrics }) => sum + Number(metrics[0]?.dataPoints[0]?.value), 0);
}

/** The encoder gets what is not looked at above. */
function withoutDeltas({ resource, scopeMetrics }: ResourceMetrics): ResourceMetrics {
  return { resource, scopeMetrics: scopeMetrics.filter((one) => !isNamed(one, 'delta')) };
}

function isNamed(scopeMetrics: ResourceMetrics['scopeMetrics'][number] | undefined, name: string): boolean {
  try {
    return scopeMetrics?.scope.name === name;
  } catch {
    return false;
  }
}

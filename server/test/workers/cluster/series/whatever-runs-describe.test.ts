/** One identity of a series, the exposed one, for runs made at random. */
import test from 'ava';
import * as fc from '../../../../../test/support/properties';
import { counter, histogram, point } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance } from '../merged-instances';
import { descriptor, shown } from './described-runs';

const shapes = fc.record({
  name: fc.constantFrom('n', 'n.n', 'n-n', 'n_n', 'n_total'),
  unit: fc.constantFrom('', 's'),
  type: fc.constantFrom('COUNTER', 'OBSERVABLE_COUNTER'),
  kind: fc.constantFrom('counter', 'updown', 'gauge', 'explicit', 'exponential'),
  boundaries: fc.constantFrom([1], [1, 2], [0.5, 2, 8], [], [-1, 0, 3]),
  attributes: fc.uniqueArray(
    fc.constantFrom(
      {},
      { a: '' },
      { a: 1 },
      { a: '1' },
      { 'a.b': 'x' },
      { a_b: 'x' },
      { a_b: 'x', c: 1 },
      { c: 1, a_b: 'x' },
    ),
    { selector: (one) => JSON.stringify(Object.entries(one).sort()), minLength: 1, maxLength: 4 },
  ),
});

test('whatever runs describe, in any order: each series is shown once, and no counter falls while runs go on', async (t) => {
  const metricOf = (shape: typeof shapes extends fc.Arbitrary<infer T> ? T : never, round: number): object => {
    const { name, unit, type, kind, boundaries, attributes } = shape;
    const of = (value: unknown) => attributes.map((one) => point(one, value, at(1)));
    const more = { descriptor: descriptor({ name, unit, type }) };
    const counts = [...boundaries, 0].map((_, i) => i + round);
    const count = counts.reduce((sum, one) => sum + one, 0);
    const sides = { positive: { offset: -1, bucketCounts: counts }, negative: { offset: 0, bucketCounts: [round] } };
    switch (kind) {
      case 'explicit':
        return { ...histogram(name, of({ buckets: { boundaries, counts }, count, sum: count })), ...more };
      case 'exponential':
        return {
          ...histogram(name, of({ scale: 0, zeroCount: 0, ...sides, count: count + round, sum: count }), 1),
          ...more,
        };
      case 'gauge':
        return { ...counter(name, of(round)), dataPointType: 2, isMonotonic: undefined, ...more };
      case 'counter':
      case 'updown':
        return { ...counter(name, of(round)), isMonotonic: kind === 'counter', ...more };
    }
  };
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(shapes, { maxLength: 4 }), { minLength: 1, maxLength: 3 }), async (runs) => {
      const cluster = new Cluster();
      const live: [Instance, (typeof runs)[number]][] = [];
      for (const [i, metrics] of runs.entries()) {
        live.push([new Instance(i, `run ${i}`), metrics]);
        let before: Record<string, number> | undefined;
        for (let round = 1; round < 4; round++) {
          const answers = await Promise.all(
            live.map(([instance, some], r) =>
              instance.answerOf(
                // Families of one name in one run are in scopes of their own.
                some.map((shape, s) => ({
                  scope: { name: `scope ${s}` },
                  metrics: [metricOf(shape, round * (r + 1))],
                })),
              ),
            ),
          );
          const { scoped: samples } = shown(cluster, answers);
          for (const [name, value] of Object.entries(before ?? {})) {
            if (/_(bucket|count|total)/.test(name) && samples[name]! < value && round > 1) t.fail(`${name} fell`);
          }
          before = samples;
          if (round === 2) cluster.loseWorker();
        }
      }
      t.pass();
    }),
    { numRuns: 60 },
  );
});

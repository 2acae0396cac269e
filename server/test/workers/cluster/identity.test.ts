/** One identity of a series, the exposed one: however processes describe a series, the cluster shows it once, with the sum of all. */
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { EXP_BUCKETS, EXP_POSITIVE_LENGTH, EXP_POSITIVE_OFFSET, EXP_SCALE } from '../../../../core/snapshot';
import { counter, histogram, point } from '../../../../test/core/encoder/collections';
import { parse, type ParsedFamily } from '../exposition/parsed-text';
import { decode } from '../exposition/protobuf/decoded-protobuf';
import { render } from '../exposition/rendered-snapshots';
import { Exposition } from '../../../workers/exposition/exposition';
import type { ClusterState } from '../../../protocol/tasks';
import { StateFile, temporaryFolder } from './state/state-files';
import { at, Cluster, Instance, familiesOf, numbersOf } from './merged-instances';

/** The state as a server has it that was started anew. */
function rereadOf(t: ExecutionContext, state: ClusterState): ClusterState {
  const file = new StateFile(join(temporaryFolder(t), 'state'));
  file.add('shop', state);
  return file.reread('shop');
}

type Answers = Parameters<Cluster['absorb']>[0];

/** What a scraper reads of a round: samples by name, without labels of scope and app. Both text formats are read strictly. */
function shown(cluster: Cluster, answers: Answers, silent: readonly string[] = []) {
  const { snapshots, warnings } = cluster.absorb(answers, silent);
  const exposition = new Exposition();
  const bodyIn = (format: 'text' | 'openmetrics' | 'protobuf') =>
    render(exposition, { view: 'all', snapshots, format }).body;
  parse(bodyIn('openmetrics').toString(), 'openmetrics');
  decode(bodyIn('protobuf'));
  const families = parse(bodyIn('text').toString(), 'text');
  return { samples: samplesOf(families), scoped: samplesOf(families, /^pm2_app/), warnings };
}

function samplesOf(families: readonly ParsedFamily[], left = /^(otel_|pm2_app)/): Record<string, number> {
  const samples = families.flatMap((family) => family.samples);
  return Object.fromEntries(
    samples.map(({ name, labels, value }) => {
      const own = [...labels].filter(([label, text]) => !left.test(label) && text !== '').sort();
      return [`${name}${own.map(([label, text]) => ` ${label}=${text}`).join('')}`, value];
    }),
  );
}

const descriptor = (more: object) => ({
  name: 'orders',
  description: '',
  unit: '',
  type: 'COUNTER',
  valueType: 1,
  ...more,
});
const orders = (value: number, attributes = {}, more = {}) => ({
  ...counter('orders', [point(attributes, value, at(1))]),
  descriptor: descriptor(more),
});

/** A deploy changes what is not exposed: of each, what the processes before have, and those behind. */
const deploys: Record<string, [before: (value: number) => object, behind: (value: number) => object, sample: string]> =
  {
    'a unit': [(n) => orders(n), (n) => orders(n, {}, { unit: 'items' }), 'orders_total'],
    'the kind of instrument': [(n) => orders(n), (n) => orders(n, {}, { type: 'OBSERVABLE_COUNTER' }), 'orders_total'],
    'int and double': [(n) => orders(n), (n) => orders(n, {}, { valueType: 0 }), 'orders_total'],
    'the type of an attribute': [
      (n) => orders(n, { code: 200 }),
      (n) => orders(n, { code: '200' }),
      'orders_total code=200',
    ],
    'the name of an attribute': [(n) => orders(n, { 'x.y': 1 }), (n) => orders(n, { x_y: 1 }), 'orders_total x_y=1'],
    'the order of attributes': [
      (n) => orders(n, { a: 1, b: 2 }),
      (n) => orders(n, { b: 2, a: 1 }),
      'orders_total a=1 b=2',
    ],
    'an empty attribute': [(n) => orders(n), (n) => orders(n, { a: '' }), 'orders_total'],
    'the name': [(n) => orders(n, {}, { name: 'a.b' }), (n) => orders(n, {}, { name: 'a-b' }), 'a_b_total'],
    'the ending of the name': [(n) => orders(n), (n) => orders(n, {}, { name: 'orders_total' }), 'orders_total'],
  };

for (const [what, [before, behind, sample]] of Object.entries(deploys)) {
  test(`a deploy that changes ${what} leaves one series, whose sum goes on`, async (t) => {
    const cluster = new Cluster();
    const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
    t.deepEqual(shown(cluster, [await a.answer(before(209))]).samples, { [sample]: 209 });
    t.deepEqual(shown(cluster, [await a.answer(before(210)), await b.answer(behind(600))]).samples, { [sample]: 810 });
    cluster.loseWorker();
    t.deepEqual(shown(cluster, [await b.answer(behind(657))], ['a']).samples, { [sample]: 867 });
    cluster.state = rereadOf(t, cluster.state!);
    cluster.loseWorker();
    t.deepEqual(shown(cluster, [await b.answer(behind(658))]).samples, { [sample]: 868 });
    // The one that began anew is not taken for the other.
    t.deepEqual(shown(cluster, [await b.answer(behind(658), before(2))]).samples, { [sample]: 870 });
  });
}

const updown = (name: string, value: number, more = {}) => ({
  ...counter(name, [point({}, value, at(1))]),
  ...{ isMonotonic: false, descriptor: descriptor({ name, type: 'UP_DOWN_COUNTER', ...more }) },
});

test('gauges that differ in what is not exposed are merged by their rule', async (t) => {
  for (const [merge, expected] of [
    ['sum', 9],
    ['avg', 3],
    ['min', 1],
    ['max', 6],
  ] as const) {
    const cluster = new Cluster({ rules: [{ match: '*', merge }] });
    const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(2, 'c')];
    const live = [
      await a.answer(updown('g', 1)),
      await b.answer(updown('g', 2, { unit: 's' })),
      await c.answer(updown('g', 6, { unit: 's' })),
    ];
    t.deepEqual(shown(cluster, live).samples, { g: expected }, merge);
    t.deepEqual(shown(cluster, live.slice(1)).samples['g'], { sum: 8, avg: 4, min: 2, max: 6 }[merge], merge);
  }
});

test('where a counter became an up-down counter, the kind of the run that started last stands, and it is told', async (t) => {
  const cluster = new Cluster();
  const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(2, 'c')];
  const counted = (value: number) => orders(value, {}, { name: 'jobs_total' });
  t.like(shown(cluster, [await a.answer(counted(5))]), { samples: { jobs_total: 5 }, warnings: [] });
  const sentence =
    'App "shop": "jobs_total" is left out where it is a counter: the instance that started last has it as a gauge.';
  const both = [await a.answer(counted(6)), await b.answer(updown('jobs_total', 3))];
  t.like(shown(cluster, both), { samples: { jobs_total: 3 }, warnings: [sentence] });
  cluster.loseWorker();
  t.deepEqual(shown(cluster, [await b.answer(updown('jobs_total', 2))]).samples, { jobs_total: 2 });
  t.deepEqual(shown(cluster, [], ['b']).samples, {}, 'the gauge of a silent run is not shown, nor is what has left');
  // The sum goes on where the deploy is taken back.
  t.deepEqual(shown(cluster, [await c.answer(counted(1))]).samples, { jobs_total: 7 });
});

test('a gauge that was a counter has its name in OpenMetrics too', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  cluster.absorb([await a.answer(orders(5, {}, { name: 'jobs' }))]);
  const { snapshots } = cluster.absorb([await b.answer(updown('jobs', 3))]);
  const { body, warnings } = render(new Exposition(), { view: 'all', snapshots, format: 'openmetrics' });
  t.deepEqual(samplesOf(parse(body.toString(), 'openmetrics')), { jobs: 3 });
  t.deepEqual(warnings, ['Metric jobs_total is left out: the name jobs is taken by jobs.']);
});

const explicit = (boundaries: number[], counts: number[], sum: number) => {
  const count = counts.reduce((total, one) => total + one, 0);
  return histogram('h', [point({}, { buckets: { boundaries, counts }, count, sum }, at(1))]);
};
const exponential = (offset: number, bucketCounts: number[], sum: number, zeroCount = 0) => {
  const count = bucketCounts.reduce((total, one) => total + one, zeroCount);
  const value = { scale: 0, zeroCount, positive: { offset, bucketCounts }, negative: { offset: 0, bucketCounts: [] } };
  return histogram('h', [point({}, { ...value, count, sum }, at(1))], 1);
};

test('buckets are those of the run that started last: an old one counts where its upper bound is', async (t) => {
  const cluster = new Cluster();
  const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(2, 'c')];
  const old = await a.answer(explicit([1, 5, 10], [1, 2, 4, 8], 100));
  shown(cluster, [old]);
  const news = await b.answer(explicit([1, 7], [1, 1, 1], 10));
  const expected = { 'h_bucket le=1': 2, 'h_bucket le=7': 5, 'h_bucket le=+Inf': 18, h_count: 18, h_sum: 110 };
  for (const live of [[old, news], [news], [news]]) {
    const { samples, warnings } = shown(cluster, live, live.length === 1 ? ['a'] : []);
    t.deepEqual(samples, expected);
    t.deepEqual(warnings, [
      'App "shop": bounds of "h" differ between instances: [1,5,10] and [1,7]. The buckets are those of the instance that started last.',
    ]);
    cluster.loseWorker();
  }
  t.deepEqual(shown(cluster, [old], ['b']).samples, expected, 'the latest run is silent');
  t.deepEqual(shown(cluster, [news]).samples, expected, 'the other one has ended');
  cluster.state = rereadOf(t, cluster.state!);
  cluster.loseWorker();
  t.deepEqual(shown(cluster, [news]).samples, expected, 'the server was started anew');
  const { samples } = shown(cluster, [await c.answer(explicit([1, 5, 10], [0, 0, 0, 0], 0))]);
  t.deepEqual(samples, {
    'h_bucket le=1': 2,
    'h_bucket le=5': 4,
    'h_bucket le=10': 9,
    'h_bucket le=+Inf': 18,
    h_count: 18,
    h_sum: 110,
  });
});

test('where an explicit histogram became exponential, count and sum go on, and every count is in a bucket', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  cluster.absorb([await a.answer(explicit([-4, 0, 1, 4], [1, 2, 4, 8, 16], 100))]);
  const part = cluster.merge([await b.answer(exponential(0, [1], 1.5))]);
  const [numbers] = numbersOf(part).values();
  const of = (index: number) => numbers![index - 1]!;
  t.deepEqual([of(1), of(2)], [32, 101.5]);
  const first = EXP_BUCKETS;
  const buckets = Array.from({ length: of(EXP_POSITIVE_LENGTH) }, (_, i) => [
    of(EXP_POSITIVE_OFFSET) + i,
    of(first + i),
  ]);
  // 1 is in (0.5, 1], 4 in (2, 4], and what is above all bounds in the bucket behind that.
  t.deepEqual(
    [of(EXP_SCALE), buckets.filter(([, count]) => count! > 0)],
    [
      0,
      [
        [-1, 4],
        [0, 1],
        [1, 8],
        [2, 16],
      ],
    ],
  );
  t.is(of(6), 3, 'what is below 0 has no capacity there: it counts as zero, as does what is up to 0');
});

test('where an exponential histogram became explicit, count and sum go on, and +Inf is the count', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  shown(cluster, [await a.answer(exponential(-1, [1, 2, 4, 8], 50, 16))]);
  t.deepEqual(shown(cluster, [await b.answer(explicit([0, 3, 4], [0, 1, 0, 0], 2))]).samples, {
    ...{ 'h_bucket le=0': 16, 'h_bucket le=3': 20, 'h_bucket le=4': 24, 'h_bucket le=+Inf': 32 },
    ...{ h_count: 32, h_sum: 52 },
  });
});

test('an ended series with a twin that is shown is not dropped: the sum would fall', async (t) => {
  const cluster = new Cluster({ maxEndedSeries: 2 });
  const many = (n: number, unit: string) => ({
    ...counter(
      'orders',
      Array.from({ length: n }, (_, i) => point({ i }, 1 + i, at(1))),
    ),
    descriptor: descriptor({ unit }),
  });
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  cluster.absorb([await a.answer(many(9, ''))]);
  for (let round = 0; round < 3; round++) {
    const { samples } = shown(cluster, [await b.answer(many(3, 's'))]);
    t.deepEqual(
      [0, 1, 2].map((i) => samples[`orders_total i=${i}`]),
      [2, 4, 6],
    );
    cluster.loseWorker();
  }
  t.true(familiesOf({ scopes: cluster.state!.scopes } as never).flatMap(({ pages }) => pages).length > 0);
  t.true(cluster.state!.gone.length <= 3 + 3 + 2);
});

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

/** Several apps in one task. */
import test from 'ava';
import { ClusterMerger } from '../../../workers/cluster';
import { counter, point } from '../../../../test/core/encoder/collections';
import { Instance, scalarsOf } from './merged-instances';

const TASK = {
  kind: 'absorb',
  rules: [{ match: 'c', merge: 'instance' }],
  maxEndedSeries: 10,
  labels: { app: 'app', namespace: 'namespace', instance: 'instance' },
} as const;
const count = (value: number) => [
  counter('c', [point({}, value)]),
  { ...counter('c', [point({}, value)]), isMonotonic: false },
];

test('apps are merged each for itself, in their order', async (t) => {
  const merger = new ClusterMerger();
  const [a, b, c] = [new Instance(0, 'a', 'one'), new Instance(1, 'b', 'two'), new Instance(2, 'c', 'two')];
  const { apps, snapshots } = merger.absorb({
    ...TASK,
    apps: [
      {
        app: 'two',
        state: undefined,
        live: [await b.answer(...count(2)), await c.answer(...count(3))],
        silent: [],
        started: [],
      },
      { app: 'none', state: undefined, live: [], silent: ['d'], started: [] },
      { app: 'one', state: undefined, live: [await a.answer(...count(1))], silent: [], started: [] },
    ],
  });
  t.deepEqual(
    apps.map(({ app }) => app),
    ['two', 'none', 'one'],
  );
  t.deepEqual(
    snapshots.map((part) => [...part.labels.map(([, value]) => value), scalarsOf(part)['c {}']]),
    [
      ['two', 5],
      ['two', '1', 2],
      ['two', '2', 3],
      ['one', 1],
      ['one', '0', 1],
    ],
  );
});

test('a run that cannot be added up counts as silent, and has no effect on the next round', async (t) => {
  const merger = new ClusterMerger();
  const a = new Instance(0, 'a');
  const absorb = (state: never, live: never[]) =>
    merger.absorb({ ...TASK, apps: [{ app: 'shop', state, live, silent: [], started: [] }] });
  const first = absorb(undefined as never, [(await a.answer(...count(1))) as never]);
  const state = first.apps[0]?.state as never;
  const broken = await new Instance(1, 'b').answer(counter('new', [point({}, 1)]));
  const pages = broken.snapshot.scopes[0]!.families[0]!.pages;
  Object.assign(pages[0]!.page, { size: 2 });
  const next = await a.answer(...count(4), counter('d', [point({}, 1)]));
  const { snapshots: without, warnings, dropped } = absorb(state, [next as never, broken as never]);
  t.deepEqual(scalarsOf(without[0]!), { 'c {}': 4, 'd {}': 1 });
  t.regex(warnings.join(), /^App "shop" \(1\) cannot be added up in \/metrics\/cluster: /);
  const labels = [
    ['app', 'shop'],
    ['instance', '1'],
  ] as const;
  t.deepEqual(dropped, [{ labels, reason: 'error', series: 1 }]);
  const { snapshots } = absorb(state, [next as never]);
  t.deepEqual(scalarsOf(snapshots[0]!), { 'c {}': 4, 'd {}': 1 });
});

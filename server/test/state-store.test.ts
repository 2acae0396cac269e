/** The file that keeps the cluster's sums. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { ClusterState } from '../protocol/tasks';
import { ClusterPool } from '../src/cluster-pool';
import { StateStore } from '../src/state-store';
import { Cluster } from './workers/cluster/merged-instances';
import { Process } from './rounds-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

function place(t: ExecutionContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'state-store-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return join(folder, 'state');
}

async function stateOf(app: string, orders: number): Promise<ClusterState> {
  const { answer } = await new Process(app, 0).orders(orders);
  const cluster = new Cluster();
  if (answer !== undefined) cluster.absorb([answer]);
  return cluster.state as ClusterState;
}

/** What saving and loading must keep: the numbers, and their apps and runs. */
function told(states: ReadonlyMap<string, ClusterState>): unknown {
  return [...states].map(([app, { round, runs }]) => [app, round, runs.map(({ key, last }) => [key, [...last]])]);
}

test('saved states are loaded again, also if the folder of the file did not exist', async (t) => {
  const file = join(place(t), 'deep', 'state');
  const states = new Map([
    ['shop', await stateOf('shop', 5)],
    ['a "name"\nof two lines', await stateOf('b', 7)],
  ]);
  await new StateStore({ file, pool }).save(states);
  const { states: loaded, problems } = await new StateStore({ file, pool }).load();
  t.deepEqual(problems, []);
  t.deepEqual(told(loaded), told(states));
  t.is(statSync(file).mode & 0o777, 0o600);
});

test('a missing file and an unset option are no problems', async (t) => {
  for (const file of [place(t), undefined]) {
    const store = new StateStore({ file, pool });
    const { states, problems } = await store.load();
    t.deepEqual([...states], []);
    t.deepEqual(problems, []);
  }
  await t.notThrowsAsync(new StateStore({ file: undefined, pool }).save(new Map([['shop', await stateOf('shop', 1)]])));
});

const HEAD = '{"format":"pm2-metrics-state","v":1,"apps":';
for (const [what, content, problem] of [
  ['is empty', '', /it is not a pm2-metrics-state file/],
  ['has other content', '{"port":9209}\n', /it is not a pm2-metrics-state file/],
  ['has no object', 'null\n', /it is not a pm2-metrics-state file/],
  ['is of another version', `{"format":"pm2-metrics-state","v":2}\n`, /version 2, expected 1/],
  ['has no list of apps', `${HEAD}{"shop":1}}\n`, /its first line has no list of apps and sizes/],
  ['has apps without sizes', `${HEAD}[["shop",-1]]}\n`, /its first line has no list of apps and sizes/],
  ['is cut off', `${HEAD}[["shop",10]]}\n123`, /it is incomplete/],
  ['has broken bytes for an app', `${HEAD}[["shop",3]]}\n123`, /App "shop": not a saved state/],
] as const) {
  test(`a file that ${what} is reported, and nothing is read from it`, async (t) => {
    const file = place(t);
    writeFileSync(file, content);
    const { states, problems } = await new StateStore({ file, pool }).load();
    t.deepEqual([...states], []);
    t.is(problems.length, 1);
    t.regex(problems[0]?.message ?? '', problem);
  });
}

test('a broken part of one app leaves the others intact', async (t) => {
  const file = place(t);
  const shop = await stateOf('shop', 5);
  await new StateStore({ file, pool }).save(
    new Map([
      ['broken', await stateOf('broken', 1)],
      ['shop', shop],
    ]),
  );
  const bytes = readFileSync(file);
  bytes.fill(0, bytes.indexOf('\n') + 1, bytes.indexOf('\n') + 9);
  writeFileSync(file, bytes);
  const { states, problems } = await new StateStore({ file, pool }).load();
  t.deepEqual(told(states), told(new Map([['shop', shop]])));
  t.is(problems.length, 1);
  t.regex(problems[0]?.message ?? '', /^App "broken": /);
});

test('states are written one after the other, and the last ones stay', async (t) => {
  const store = new StateStore({ file: place(t), pool });
  const all = await Promise.all([1, 2, 3].map(async (orders) => new Map([['shop', await stateOf('shop', orders)]])));
  await Promise.all(all.map((states) => store.save(states)));
  t.deepEqual(told((await store.load()).states), told(all[2] as (typeof all)[0]));
});

test('an interrupted write leaves the file as it was before', async (t) => {
  const file = place(t);
  const store = new StateStore({ file, pool });
  const states = new Map([['shop', await stateOf('shop', 5)]]);
  await store.save(states);
  writeFileSync(`${file}.new`, 'half of');
  t.deepEqual(told((await store.load()).states), told(states));
  await store.save(states);
  t.deepEqual(told((await store.load()).states), told(states));
});

test('saving fails while the file cannot be written, and succeeds afterwards', async (t) => {
  const file = place(t);
  const states = new Map([['shop', await stateOf('shop', 5)]]);
  writeFileSync(file, '');
  const store = new StateStore({ file: join(file, 'state'), pool });
  await t.throwsAsync(store.save(states), { message: /EEXIST|ENOTDIR/ });
  rmSync(file);
  await store.save(states);
  t.deepEqual(told((await store.load()).states), told(states));
});

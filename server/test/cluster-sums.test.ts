/** The cluster's sums over rounds, lost threads, and restarts of the server, with real worker threads. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { ClusterPool, TaskError } from '../src/cluster-pool';
import { ClusterSums, type Merged } from '../src/cluster-sums';
import { StateStore } from '../src/state-store';
import type { Logger } from 'pino';
import type { ClusterState } from '../protocol/tasks';
import { loadStates } from '../workers/cluster';
import { Cluster, scalarsOf } from './workers/cluster/merged-instances';
import { Process, round, threadOf } from './rounds-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

interface Host {
  readonly file: string;
  /** Lines of the log, with `FILE` for the path. */
  readonly told: string[];
  slackBytes: number;
  /** Milliseconds. */
  clock: number;
  /** Starts a server. The one before, if there was one, does nothing more: as if it had been killed. */
  serve(): ClusterSums;
}

function hostOf(t: ExecutionContext): Host {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-sums-'));
  const served: ClusterSums[] = [];
  t.teardown(async () => {
    // What is under way would create the folder again.
    for (const sums of served) await sums.settled();
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'state');
  const told: string[] = [];
  return {
    file,
    told,
    slackBytes: 1e6,
    clock: 0,
    serve() {
      const say = (line: string): void => void told.push(line.replaceAll(file, 'FILE'));
      const log = { info: say, warn: say } as unknown as Pick<Logger, 'info' | 'warn'>;
      const now = (): number => this.clock;
      const store = new StateStore({ file, pool, log, now, slackBytes: this.slackBytes });
      const labels = { app: 'pm2_app', instance: 'pm_id' };
      const sums = new ClusterSums({ ...{ pool, store, rules: [], maxEndedSeries: 1000 }, labels, now });
      served.push(sums);
      return sums;
    },
  };
}

/** By app. */
function ordersOf({ snapshots }: Merged): Record<string, number | undefined> {
  return Object.fromEntries(snapshots.map((part) => [part.labels[0]?.[1] ?? '', scalarsOf(part)['orders {}']]));
}

/** The orders of an app, as a server that has read the state shows them. */
function orders(state: ClusterState): number | undefined {
  const cluster = new Cluster();
  cluster.state = state;
  const silent = state.runs.map(({ key }) => key);
  return scalarsOf(cluster.merge([], silent))['orders {}'];
}

test('what a round has answered is in the file', async (t) => {
  const host = hostOf(t);
  const [a, b] = [new Process('shop', 0, 1), new Process('shop', 1, 2)];
  const sums = host.serve();
  for (const [listed, expected] of [
    [() => [a.orders(5), b.orders(2)], 7],
    [() => [a.orders(6), b.orders(2)], 8],
    [() => [a.orders(9), b.silent()], 11],
    [() => [a.orders(9)], 11],
  ] as const) {
    t.deepEqual(ordersOf(await sums.absorb(await round(...listed()))), { shop: expected });
    const { states } = loadStates({ path: host.file });
    t.is(orders(new Map(states).get('shop')!), expected);
  }
  t.deepEqual(host.told, []);
});

test('a server that ends right after its start leaves the saved sums unchanged', async (t) => {
  const host = hostOf(t);
  const first = host.serve();
  await first.absorb(await round(new Process('shop', 0, 1).orders(5)));
  await host.serve().settled();
  t.deepEqual(ordersOf(await host.serve().absorb(await round(new Process('shop', 0, 2).orders(1)))), { shop: 6 });
  t.deepEqual(host.told, []);
});

test('sums continue over rounds and restarts of the server, with any runs that end', async (t) => {
  const host = hostOf(t);
  const [a, b, c] = [new Process('shop', 0), new Process('shop', 1), new Process('shop', 2)];
  let server = host.serve();
  for (const [listed, expected] of [
    [() => [a.orders(5), b.orders(2)], 7],
    [() => [a.orders(6)], 8],
    [() => [c.orders(1)], 9],
  ] as const) {
    t.deepEqual(ordersOf(await server.absorb(await round(...listed()))), { shop: expected });
    server = host.serve();
  }
  t.deepEqual(host.told, []);
});

test('a run that has not answered since the server was restarted is counted as before, and once', async (t) => {
  const host = hostOf(t);
  const [a, b] = [new Process('shop', 0), new Process('shop', 1)];
  const first = host.serve();
  await first.absorb(await round(a.orders(5), b.orders(2)));
  const second = host.serve();
  t.deepEqual(ordersOf(await second.absorb(await round(a.orders(6), b.silent()))), { shop: 8 });
  t.deepEqual(ordersOf(await second.absorb(await round(a.orders(7), b.orders(4)))), { shop: 11 });
  t.deepEqual(host.told, []);
});

test('of overlapping rounds the later one counts, in any order', async (t) => {
  const sums = hostOf(t).serve();
  const a = new Process('shop', 0);
  const b = new Process('shop', 1);
  const older = await round(a.orders(5), b.silent());
  const newer = await round(a.orders(7), b.orders(1));
  const both = await Promise.all([newer, older].map((result) => sums.absorb(result)));
  t.deepEqual(both.map(ordersOf), [{ shop: 8 }, { shop: 8 }]);
  t.is(both[0], both[1]);
});

test('of two results of one round the one with more answers counts', async (t) => {
  const sums = hostOf(t).serve();
  const late = new Process('shop', 1);
  const full = await round(new Process('shop', 0).orders(5), late.orders(2));
  const early = { ...full, answers: full.answers.slice(0, 1) };
  const looks = await Promise.all([early, full, full, early].map((result) => sums.absorb(result)));
  t.deepEqual(looks.map(ordersOf), [{ shop: 5 }, { shop: 7 }, { shop: 7 }, { shop: 7 }]);
  t.is(looks[1], looks[2]);
});

test.serial('a lost thread is an error of its round, and the next round loses nothing', async (t) => {
  const host = hostOf(t);
  const sums = host.serve();
  const a = new Process('shop', 0);
  t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(5)))), { shop: 5 });
  const next = await round(a.orders(6));
  // The thread takes no more tasks from here on.
  const ended = threadOf(pool).terminate();
  await t.throwsAsync(sums.absorb(next), { instanceOf: TaskError, message: /terminated|exit/i });
  await ended;
  t.deepEqual(ordersOf(await sums.absorb(next)), { shop: 6 });
  t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(7)))), { shop: 7 });
  t.deepEqual(host.told, []);
});

test('a malformed snapshot is an error, and changes nothing', async (t) => {
  const sums = hostOf(t).serve();
  const a = new Process('shop', 0);
  await sums.absorb(await round(a.orders(5)));
  const good = await round(a.orders(6));
  const [answer] = good.answers;
  const broken = { ...good, answers: [{ ...answer, snapshot: { ...answer?.snapshot, scopes: null } }] };
  await t.throwsAsync(sums.absorb(broken as never), { instanceOf: TaskError });
  t.deepEqual(ordersOf(await sums.absorb(good)), { shop: 6 });
});

test('an app that PM2 no longer lists is not shown, and is forgotten after ten minutes', async (t) => {
  const host = hostOf(t);
  const sums = host.serve();
  const shop = new Process('shop', 0);
  const api = new Process('api', 1);
  await sums.absorb(await round(shop.orders(5), api.orders(1)));
  t.deepEqual(ordersOf(await sums.absorb(await round(api.orders(2)))), { api: 2 });
  host.clock += 9 * 60_000;
  t.deepEqual(ordersOf(await sums.absorb(await round(api.orders(2)))), { api: 2 });
  const again = new Process('shop', 2);
  t.deepEqual(ordersOf(await sums.absorb(await round(again.orders(1), api.orders(2)))), { api: 2, shop: 6 });

  await sums.absorb(await round(api.orders(2)));
  host.clock += 11 * 60_000;
  await sums.absorb(await round(api.orders(2)));
  const other = new Process('shop', 3);
  t.deepEqual(ordersOf(await sums.absorb(await round(other.orders(1), api.orders(2)))), { api: 2, shop: 1 });
});

test('an app continues too if the server and its daemon were restarted', async (t) => {
  const host = hostOf(t);
  const first = host.serve();
  await first.absorb(await round(new Process('shop', 0, 1).orders(5), new Process('api', 1, 2).orders(1)));
  const second = host.serve();
  const api = new Process('api', 1, 3);
  // The daemon has not started the other one yet.
  t.deepEqual(ordersOf(await second.absorb(await round(api.orders(1)))), { api: 2 });
  const third = host.serve();
  const shop = new Process('shop', 0, 4);
  t.deepEqual(ordersOf(await third.absorb(await round(shop.orders(2), api.orders(1)))), { api: 2, shop: 7 });
});

test('a file that is not ours is left alone, and told', async (t) => {
  const host = hostOf(t);
  writeFileSync(host.file, 'nothing of ours');
  const sums = host.serve();
  t.deepEqual(ordersOf(await sums.absorb(await round(new Process('shop', 0, 1).orders(5)))), { shop: 5 });
  t.deepEqual(host.told, [
    "FILE is left alone: it is no file of the cluster sums. The cluster's sums are not saved, and begin at zero at each start",
  ]);
  t.is(readFileSync(host.file, 'utf8'), 'nothing of ours');
  t.deepEqual(readdirSync(dirname(host.file)), ['state']);
});

test('what cannot be used of a file is kept under another name', async (t) => {
  const host = hostOf(t);
  const shop = new Process('shop', 0, 1);
  await host.serve().absorb(await round(shop.orders(5), new Process('api', 1, 2).orders(2)));
  await host.serve().absorb(await round(shop.orders(6)));
  const damaged = readFileSync(host.file);
  damaged[damaged.length - 1]! ^= 1;
  writeFileSync(host.file, damaged);
  const sums = host.serve();
  await sums.settled();
  t.is(host.told.length, 2);
  t.regex(host.told[0]!, /^FILE: bytes \d+ to \d+ are damaged\. What is intact is in use$/);
  t.is(host.told[1], 'FILE: the file as it was is kept as FILE.unreadable-1');
  t.deepEqual(readFileSync(`${host.file}.unreadable-1`), damaged);
  const next = await round(new Process('shop', 0, 3).orders(1), new Process('api', 1, 4).orders(1));
  t.deepEqual(ordersOf(await sums.absorb(next)), { api: 3, shop: 6 });
  t.deepEqual(ordersOf(await host.serve().absorb(next)), { api: 3, shop: 6 });
  t.is(host.told.length, 2);
});

test('a file of another version is kept under another name', async (t) => {
  const host = hostOf(t);
  const former = '{"format":"pm2-metrics-state","v":1,"apps":[]}\n';
  writeFileSync(host.file, former);
  await host.serve().absorb(await round(new Process('shop', 0, 1).orders(5)));
  t.is(readFileSync(`${host.file}.unreadable-1`, 'utf8'), former);
  t.regex(host.told[0]!, /^FILE: it has version 1, expected 2\. /);
  t.deepEqual(ordersOf(await host.serve().absorb(await round(new Process('shop', 0, 2).orders(1)))), { shop: 6 });
});

test('while the file cannot be written scrapes are answered, and it is told once', async (t) => {
  const host = hostOf(t);
  const a = new Process('shop', 0, 1);
  const sums = host.serve();
  await sums.absorb(await round(a.orders(5)));
  // A folder takes the place of the file.
  rmSync(host.file);
  mkdirSync(host.file);
  for (const count of [6, 7]) {
    t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(count)))), { shop: count });
  }
  t.is(host.told.length, 1);
  t.regex(host.told[0]!, /^The cluster's sums cannot be written to FILE: EISDIR.* It is tried again$/);
  rmSync(host.file, { recursive: true });
  t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(8)))), { shop: 8 });
  t.deepEqual(host.told.slice(1), ["The cluster's sums are written to FILE again"]);
  t.deepEqual(ordersOf(await host.serve().absorb(await round(new Process('shop', 0, 2).orders(1)))), { shop: 9 });
});

test('a file that was removed or replaced is written anew', async (t) => {
  const host = hostOf(t);
  const a = new Process('shop', 0, 1);
  const sums = host.serve();
  await sums.absorb(await round(a.orders(5)));
  const former = readFileSync(host.file);
  rmSync(host.file);
  await sums.absorb(await round(a.orders(6)));
  writeFileSync(`${host.file}-copy`, former);
  renameSync(`${host.file}-copy`, host.file);
  await sums.absorb(await round(a.orders(7)));
  truncateSync(host.file, 50);
  await sums.absorb(await round(a.orders(8)));
  t.deepEqual(ordersOf(await host.serve().absorb(await round(new Process('shop', 0, 2).orders(1)))), { shop: 9 });
  t.deepEqual(host.told, []);
});

test('the file is written anew when most of it is out of date, while rounds go on', async (t) => {
  const host = hostOf(t);
  host.slackBytes = 500;
  const [a, b] = [new Process('shop', 0, 1), new Process('api', 1, 2)];
  const sums = host.serve();
  const files = new Set<number>();
  let largest = 0;
  for (let count = 1; count <= 60; count++) {
    t.deepEqual(ordersOf(await sums.absorb(await round(a.orders(count), b.orders(1)))), { api: 1, shop: count });
    const { ino, size } = statSync(host.file);
    files.add(ino);
    largest = Math.max(largest, size);
    t.is(orders(new Map(loadStates({ path: host.file }).states).get('shop')!), count);
  }
  await sums.settled();
  t.true(files.size > 1, `${files.size} files`);
  t.true(largest < 20_000, `${largest} bytes`);
  t.deepEqual(readdirSync(dirname(host.file)), ['state']);
  t.deepEqual(host.told, []);
});

test('files that a killed server had begun to write are removed', async (t) => {
  const host = hostOf(t);
  await host.serve().absorb(await round(new Process('shop', 0, 1).orders(5)));
  for (const name of ['new-77', 'new-x', 'old']) writeFileSync(`${host.file}.${name}`, '');
  await host.serve().absorb(await round(new Process('shop', 0, 1).orders(6)));
  t.deepEqual(readdirSync(dirname(host.file)), ['state', 'state.new-x', 'state.old']);
});

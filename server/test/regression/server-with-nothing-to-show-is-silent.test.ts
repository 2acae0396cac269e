/** A server that reached no daemon, or found no metrics, said neither what it had asked nor why there was nothing. */
import test from 'ava';
import { ClusterPool } from '../../src/cluster-pool';
import { DaemonError } from '../../../core/pm2/daemon';
import { worldOf } from '../cluster-by-hand';
import { Process, round } from '../rounds-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 1024, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

/** An event loop that turns, as far as is known. */
const TURNS = { blockedSince: null, stack: null };

test('a server with nothing to show says what it has asked, and why there is nothing, once', async (t) => {
  const world = worldOf(pool);
  world.next = new DaemonError('UNREACHABLE', "no connection to PM2's daemon at /pm2/rpc.sock (EACCES)");
  t.regex((await world.cluster.overview()).problem ?? '', /\/pm2\/rpc\.sock \(EACCES\)/);
  const listed = [
    { process: new Process('plain', 0).as('online') },
    { process: new Process('plain', 1).as('online') },
    { process: new Process('left-out', 2).as('online') },
    { process: new Process('ended', 3).as('stopped') },
  ];
  const { silent, ...rest } = await round(...listed, { process: new Process('metrics', 99).as('online') });
  t.is(silent.length, 5);
  world.next = { ...rest, silent: [] };
  const { problem, processes } = await world.cluster.overview();
  await world.text({ view: 'all' });
  t.is(
    problem,
    'PM2 runs 4 besides this server, and none has metrics now. "plain" (0, 1): it is asked and has never answered: either ' +
      'it runs no exporter, or its log says what the exporter lacks; "left-out" (2): it is not asked, since the option apps ' +
      'leaves it out; "ended" (3): PM2 says that it is stopped.',
  );
  t.deepEqual(
    processes.map(({ pmId, path }) => [pmId, path]),
    [0, 1, 2, 3].map((pmId) => [pmId, null]),
  );
  world.next = await round(new Process('plain', 0).orders(1), new Process('shop', 7).silent());
  const found = await world.cluster.overview();
  t.is(found.problem, null);
  t.deepEqual(found.processes, [
    { app: 'plain', pmId: 0, status: 'online', path: '/metrics/0', why: null, ...TURNS },
    { app: 'shop', pmId: 7, status: 'online', path: '/metrics/7', why: 'it has not answered within 5 ms', ...TURNS },
  ]);
  t.deepEqual(
    world.logged.map((line) => line.replace(/: .*/, '')),
    [
      "Asking PM2's daemon does not work, so scrapes are answered with status 503",
      "Asking PM2's daemon works again",
      'Finding metrics does not work, so /metrics shows no app',
      'Finding metrics works again',
    ],
  );
});

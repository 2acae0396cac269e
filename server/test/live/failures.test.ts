/** What fails, or comes too late: the dashboard shows the rest, and goes on. */
import test from 'ava';
import type { ChartPoints, Past, ProcessRow } from '../../protocol/page';
import { ClusterPool } from '../../src/cluster-pool';
import { Process, unreadable, type Listed } from '../rounds-by-hand';
import { BEGIN, liveWorld, named, requests } from './live-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 512, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

const STATUS = 'http.response.status_code';

const garbled = ({ process, answer }: Listed): Listed => ({
  process,
  ...(answer !== undefined && { answer: { ...answer, snapshot: unreadable(answer.snapshot) } }),
});

test('a round that is too late for the threads counts with its numbers, and the hour has no hole', async (t) => {
  const world = liveWorld(pool);
  const process = new Process('shop', 0);
  await world.take(0, process.orders(1));
  // Evaluated one after the other, the newest one wins.
  const rounds = [1, 2, 3].map((seconds) => world.take(seconds, process.orders(seconds)));
  await Promise.all(rounds);
  t.true(world.live.kept.moments >= 2);
});

test('where a thread fails, the log says so, and pages keep what is known', async (t) => {
  const failing = { run: () => Promise.reject(new Error('no thread')) } as never;
  const world = liveWorld(failing);
  const { events } = world.open();
  await world.take(0, new Process('shop', 0).orders(1));
  t.is((named(events, 'processes').at(-1) as ProcessRow[]).length, 1);
  t.regex(world.logged.join('\n'), /Evaluating metrics for the dashboard.*no thread/);
});

test('what a process sends that cannot be read costs its own numbers and no others', async (t) => {
  const world = liveWorld(pool);
  const [good, bad] = [new Process('shop', 0), new Process('shop', 1)];
  const { page, events } = world.open();
  page.show([{ id: 1, metric: 'http.server.request.duration', as: 'total', by: STATUS, pmId: 'all', points: 100 }]);
  await world.take(0, good.answers(requests(10)), garbled(await bad.answers(requests(10))));
  await world.take(1, good.answers(requests(15, 5)), garbled(await bad.answers(requests(20))));
  t.deepEqual(named(events, 'series').at(-1), [1, null, ['shop 0, 200', 'shop 0, 500'], false]);
  const rows = named(events, 'processes').at(-1) as ProcessRow[];
  t.deepEqual(
    rows.map(([, pmId, , , , , , , , perSecond, errors]) => [pmId, perSecond, errors]),
    [
      [0, 10, 5],
      [1, 10, null],
    ],
  );
  const { metrics } = await world.live.search('duration');
  t.like(metrics[0], { series: 4, attributes: [STATUS] });
  t.deepEqual(world.logged, []);
});

test('whatever fails while a round is shown, the log says so, and the next one is shown', async (t) => {
  let isBroken = true;
  const known = () => {
    if (isBroken) throw new Error('broken');
    return [];
  };
  const world = liveWorld(pool, { known });
  const shop = new Process('shop', 0);
  await world.take(0, shop.orders(1));
  t.regex(world.logged.join(), /broken/);
  isBroken = false;
  await world.take(1, shop.orders(2));
  t.is(world.live.kept.moments, 1);
});

test('a clock that was set back stops neither the dashboard nor its charts', async (t) => {
  const world = liveWorld(pool);
  const shop = new Process('shop', 0);
  const { page, events } = world.open();
  page.show([{ id: 1, metric: 'orders', as: 'total', pmId: 0, points: 100 }]);
  await world.take(3600, shop.orders(1));
  await world.take(3601, shop.orders(2));
  await world.take(10, shop.orders(3));
  await world.take(11, shop.orders(4));
  const [times] = named(world.open().events, 'past')[0] as Past;
  t.deepEqual(times, [BEGIN + 10_000, BEGIN + 11_000]);
  t.deepEqual(
    (named(events, 'points') as ChartPoints[]).map(([, , [values]]) => values?.[0]),
    [1, 2, 3, 4],
  );
});

/** `/api/cardinality`: of rounds that happen anyway, with what has grown; counted by a real worker thread. */
import test from 'ava';
import { counter, point, series } from '../../test/core/encoder/collections';
import { CardinalityWatch } from '../src/cardinality';
import { ClusterPool, TaskError } from '../src/cluster-pool';
import { ViewError } from '../src/view';
import { worldOf } from './cluster-by-hand';
import { run } from './http/running-server';
import { Process, round } from './rounds-by-hand';

const pool = new ClusterPool({ threads: 1, maxMemoryMb: 1024, timeoutMs: 120_000 });
test.after.always(() => pool.stop());

const MINUTE = 60_000;
const paths = (count: number): object =>
  counter(
    'orders',
    series(count).map((attributes) => point(attributes, 1)),
  );

/** A watch at a clock that the test sets. */
function watchAt(
  start: number,
  maxNewPages = 100,
): { readonly clock: { now: number }; readonly watch: CardinalityWatch; tasks(): number } {
  const clock = { now: start };
  let tasks = 0;
  const counting: Pick<ClusterPool, 'run'> = {
    run: (task) => {
      tasks++;
      return pool.run(task);
    },
  };
  const states = { report: () => undefined };
  return {
    clock,
    watch: new CardinalityWatch({ pool: counting, states, now: () => clock.now, maxNewPages }),
    tasks: () => tasks,
  };
}

test('growth is what has come in the last hour, and what is kept of it is bounded', async (t) => {
  const { clock, watch } = watchAt(0);
  const shop = new Process('shop', 0);
  const sizes: (readonly [grown: number | undefined, since: number])[] = [];
  for (let minutes = 0; minutes <= 125; minutes += 5) {
    clock.now = minutes * MINUTE;
    watch.note(await round(shop.answers(paths(100 + minutes))));
    const { metrics, since } = await watch.answer();
    sizes.push([metrics[0]?.grown, since / MINUTE]);
  }
  t.deepEqual(sizes[0], [0, 0]);
  t.deepEqual(sizes[6], [30, 0]);
  t.deepEqual(sizes[12], [60, 0]);
  t.deepEqual(sizes[13], [60, 5]);
  t.deepEqual(sizes.at(-1), [60, 65]);
  t.is((watch as unknown as { past: unknown[] }).past.length, 13);
  const { metrics } = await watch.answer();
  t.deepEqual(metrics[0], {
    metric: 'orders',
    app: 'shop',
    series: 225,
    grown: 60,
    attributes: metrics[0]?.attributes ?? [],
    processes: [{ pmId: 0, series: 225 }],
  });
  t.true(metrics[0]?.attributes.some(({ values, grown }) => values === 225 && grown === 60));
});

test('rounds are counted every five minutes without being asked for, and not at the start', async (t) => {
  const { clock, watch, tasks } = watchAt(0);
  const result = await round(new Process('shop', 0).answers(paths(10)));
  const counted: number[] = [];
  for (let seconds = 0; seconds < 700; seconds += 15) {
    clock.now = seconds * 1000;
    const before = tasks();
    watch.note(result);
    if (tasks() === before) continue;
    counted.push(seconds);
    await (watch as unknown as { counting: Promise<unknown> }).counting;
  }
  t.deepEqual(counted, [60, 360, 660]);
});

test('requests at a time are one count, and an answer is good for some seconds', async (t) => {
  const { clock, watch, tasks } = watchAt(0);
  watch.note(await round(new Process('shop', 0).answers(paths(10))));
  const answers = await Promise.all([watch.answer(), watch.answer(), watch.answer()]);
  t.is(tasks(), 1);
  t.deepEqual(answers[0], answers[2]);
  clock.now = 4000;
  await watch.answer();
  t.is(tasks(), 1);
  clock.now = 6000;
  await watch.answer();
  t.is(tasks(), 2);
});

test('new pages are read in pieces, and apps of one name in two namespaces are two', async (t) => {
  const { watch, tasks } = watchAt(0, 2);
  const jobs = new Process('shop', 1, 1001, 'jobs');
  const answered = await round(new Process('shop', 0).answers(paths(10)), jobs.answers(paths(5000)));
  watch.note(answered);
  t.deepEqual(
    (await watch.answer()).metrics.map(({ app, series: count }) => [app, count]),
    [
      ['jobs/shop', 5000],
      ['shop', 10],
    ],
  );
  t.true(tasks() >= 3, `${tasks()} tasks for 6 pages`);
});

test('a metric or an app that is new has grown by all that it has', async (t) => {
  const { clock, watch } = watchAt(0);
  watch.note(await round(new Process('shop', 0).answers(paths(10))));
  await watch.answer();
  clock.now = 10 * MINUTE;
  watch.note(await round(new Process('shop', 0).answers(paths(10)), new Process('api', 1).answers(paths(5))));
  t.deepEqual(
    (await watch.answer()).metrics.map(({ app, grown }) => [app, grown]),
    [
      ['shop', 0],
      ['api', 5],
    ],
  );
});

test('without a round it asks one, and the failure of a task is told', async (t) => {
  const world = worldOf(pool);
  world.next = await round(new Process('shop', 0).orders(5));
  const { series: count, metrics } = await world.cluster.cardinality();
  t.deepEqual([count, metrics.map(({ metric }) => metric)], [1, ['orders']]);
  await world.cluster.cardinality();
  t.is(world.asked.length, 1);

  const states = { report: (_: unknown, trouble?: string) => trouble !== undefined && troubles.push(trouble) };
  const troubles: string[] = [];
  const failing = { run: () => Promise.reject(new TaskError('WORKER_LOST', 'the thread has ended')) };
  const watch = new CardinalityWatch({ pool: failing, states });
  await t.throwsAsync(watch.answer(), { message: 'the thread has ended' });
  t.deepEqual(troubles, ['the thread has ended']);
});

test('it is served as JSON, and errors as sentences', async (t) => {
  const answer = { metrics: [], series: 7, since: 1 };
  const { get } = await run(t, undefined, { cardinality: () => Promise.resolve(answer) });
  const { status, headers, text } = await get('/api/cardinality');
  t.is(status, 200);
  t.regex(String(headers['content-type']), /^application\/json/);
  t.deepEqual(JSON.parse(text), answer);
  const failing = await run(t, undefined, {
    cardinality: () => Promise.reject(new ViewError('UNAVAILABLE', 'PM2 is away')),
  });
  const failed = await failing.get('/api/cardinality');
  t.is(failed.status, 503);
  t.regex(failed.text, /PM2 is away/);
});

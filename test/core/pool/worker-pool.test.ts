/** What happens to a worker thread does not happen to the process. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { TaskResult } from '../../../protocol/tasks';
import { WorkerPool, type PoolOptions } from '../../../core/pool/worker-pool';
import { threads } from '../../in-child/threads';
import { stayAlive } from '../../support/stay-alive';
import { until } from '../../support/until';

const GOOD = { misbehave: false };
const BAD = { misbehave: true };
const TIMEOUT_MS = 60_000;

function poolOf(worker: string, options: Partial<PoolOptions> = {}): WorkerPool {
  const path = join(__dirname, '..', '..', 'fixtures', 'workers', `${worker}.js`);
  return new WorkerPool({ threads: 1, maxMemoryMb: 32, timeoutMs: TIMEOUT_MS, worker: path, ...options });
}

/** Tasks of the fixtures: they have no snapshot. */
function run(pool: WorkerPool, task: object): Promise<TaskResult> {
  return pool.submit(task) as Promise<TaskResult>;
}

function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

async function threadsBecome(count: number): Promise<true> {
  return until(`${count} threads, there are ${threads()}`, () => (threads() === count ? true : undefined));
}

/** Has a task's time be over soon. A good one has all of it: its thread may have to be loaded. */
async function inHaste<T>(body: () => Promise<T>): Promise<T> {
  const { setTimeout: original } = globalThis;
  globalThis.setTimeout = ((work: () => void, ms: number) =>
    original(work, ms === TIMEOUT_MS ? 2000 : ms)) as typeof setTimeout;
  try {
    return await body();
  } finally {
    globalThis.setTimeout = original;
  }
}

/** Fails one task after the other, and has a good one done in between. */
async function survive(worker: string): Promise<TaskResult[]> {
  const pool = poolOf(worker);
  const results: TaskResult[] = [];
  for (const task of [GOOD, BAD, BAD, GOOD]) {
    const result = (): Promise<TaskResult> => run(pool, task);
    results.push(await (task === BAD && worker === 'hangs' ? inHaste(result) : result()));
  }
  await threadsBecome(1);
  await pool.stop();
  await threadsBecome(0);
  return results;
}

const MISBEHAVIOUR = [
  ['throws', 'WORKER_LOST', /a throw/],
  ['exits', 'WORKER_LOST', /code: 3/],
  ['nests-deep', 'WORKER_LOST', /the result cannot be read: /],
  ['crashes', 'WORKER_LOST', /a crash/],
  ['exhausts-memory', 'WORKER_LOST', /memory/],
  ['hangs', 'WORKER_TIMEOUT', /not done within 60000 ms/],
] as const;

for (const [worker, code, message] of MISBEHAVIOUR) {
  test.serial(`a worker that ${worker} costs the task at hand and no other`, async (t) => {
    const results = await survive(worker);
    t.deepEqual(
      results.map(({ ok }) => ok),
      [true, false, false, true],
    );
    for (const result of results) {
      if (result.ok) continue;
      t.is(result.code, code);
      t.regex(result.message, message);
    }
  });
}

for (const worker of ['exits', 'crashes']) {
  test.serial(`a worker that ${worker} in its first task has been loaded: the next one is done at once`, async (t) => {
    for (let times = 0; times < 5; times++) {
      const pool = poolOf(worker);
      // In a busy process, what the thread has sent and its end come in the same turn of the event loop.
      const busy = setInterval(() => block(100), 1);
      const failed = await run(pool, BAD);
      clearInterval(busy);
      t.is(failed.ok ? '' : failed.code, 'WORKER_LOST');
      t.is(pool.trouble, undefined);
      t.true((await run(pool, GOOD)).ok);
      await pool.stop();
    }
  });
}

test.serial('tasks that wait behind one whose thread is lost are done', async (t) => {
  const pool = poolOf('crashes');
  const results = await Promise.all([GOOD, BAD, GOOD, BAD, GOOD].map((task) => run(pool, task)));
  t.deepEqual(
    results.map(({ ok }) => ok),
    [true, false, true, false, true],
  );
  await pool.stop();
});

test.serial('a worker that fails to load is reported at once, and tried again after growing pauses', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pool-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  process.env['LOADS'] = join(folder, 'loads');
  writeFileSync(process.env['LOADS'], 'xx');
  stayAlive(t);
  const told: (string | undefined)[] = [];
  const pool = poolOf('fails-to-load', { threads: 3, onTrouble: (trouble) => told.push(trouble) });
  const message = 'a worker thread could not be started: a failure to load';
  const unavailable = { ok: false, code: 'WORKER_UNAVAILABLE', message };
  t.deepEqual(await run(pool, GOOD), unavailable as TaskResult);
  const results: TaskResult[] = [];
  await until('a thread', async () => {
    results.push(await run(pool, GOOD));
    await sleep(20);
    return results.at(-1)?.ok === true || undefined;
  });
  for (const result of results.slice(0, -1)) t.deepEqual(result, unavailable as TaskResult);
  t.deepEqual(told, [
    `${message}. The next attempt is made in 1 s at the earliest`,
    `${message}. The next attempt is made in 2 s at the earliest`,
    undefined,
  ]);
  t.is(threads(), 1);
  await pool.stop();
  await threadsBecome(0);
});

test.serial('the function that is told of trouble may throw', async (t) => {
  const pool = poolOf('missing', {
    onTrouble: () => {
      throw new Error('a logger that fails');
    },
  });
  t.like(await run(pool, GOOD), { ok: false, code: 'WORKER_UNAVAILABLE' });
  await pool.stop();
});

test.serial('a task that cannot be posted fails alone', async (t) => {
  const pool = poolOf('throws');
  t.like(await run(pool, { odd: () => undefined }), { ok: false, code: 'WORKER_LOST' });
  t.true((await run(pool, GOOD)).ok);
  t.is(threads(), 1);
  await pool.stop();
});

test.serial('stopping ends tasks that are under way, and leaves no thread', async (t) => {
  const pool = poolOf('hangs');
  t.true((await run(pool, GOOD)).ok);
  const tasks = [run(pool, BAD), run(pool, GOOD)];
  await pool.stop();
  t.deepEqual(
    (await Promise.all(tasks)).map(({ ok }) => ok),
    [false, false],
  );
  await pool.stop();
  t.like(await run(pool, GOOD), { ok: false, code: 'WORKER_LOST' });
  t.is(threads(), 0);
});

test.serial('a pool that is stopped as soon as it was started, and twice at once, starts no thread anew', async (t) => {
  for (let i = 0; i < 5; i++) {
    const pool = poolOf('hangs');
    await Promise.all([pool.stop(), pool.stop()]);
    t.is(threads(), 0);
  }
});

test.serial('a thread that is being replaced when the pool is stopped is not replaced after it', async (t) => {
  for (let i = 0; i < 3; i++) {
    const pool = poolOf('hangs', { timeoutMs: 500 });
    t.false((await run(pool, BAD)).ok);
    await pool.stop();
  }
  await threadsBecome(0);
  await sleep(1000);
  t.is(threads(), 0);
});

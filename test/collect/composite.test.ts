import test from 'ava';
import type { ResourceMetrics } from '../../core/otel';
import type { MetricsSource } from '../../src/collect/sources/source';
import { stillClock } from '../support/still-clock';
import { combine, counted, hurry, valuesOf } from './collecting';

const DELTA = 0;

/** Lets what has been started go on. */
function turn(): Promise<void> {
  return Promise.resolve();
}

/** A source that accumulates: what it has handed over is gone. */
function accumulating(name: string, collect: (value: number) => unknown = (value) => counted(name, value, {}, DELTA)) {
  const state = { counted: 0 };
  const take = (): unknown => {
    const value = state.counted;
    state.counted = 0;
    return collect(value);
  };
  const source: MetricsSource = { accumulates: true, provider: () => state, collect: take, collectNow: take };
  return { state, source };
}

test('a single source is asked directly', async (t) => {
  const data = counted('a', 1);
  const { collect, source } = combine(() => data);
  t.is(await collect(), data);
  t.false('collectNow' in source);
});

test('scopes of all sources stand one behind the other, and of each attribute the first value counts', async (t) => {
  const { collect, log } = combine(
    () => counted('a', 1, { 'service.name': 'shop', one: 1 }),
    () => Promise.resolve(counted('b', 2, { 'service.name': 'other', two: ['x'], ['__proto__']: 'own' })),
  );
  const { resource, ...rest } = await collect();
  t.deepEqual(valuesOf({ resource, ...rest }), [
    ['a', 1],
    ['b', 2],
  ]);
  t.deepEqual(Object.entries(resource.attributes), [
    ['service.name', 'shop'],
    ['one', 1],
    ['two', ['x']],
    ['__proto__', 'own'],
  ]);
  t.deepEqual(log, []);
});

test('a source that fails is told once with its place in the list, and once when it works again', async (t) => {
  let calls = 0;
  let fails = false;
  const { collect, log } = combine(
    () => counted('a', ++calls),
    () => {
      if (fails) throw new Error('no connection');
      return counted('b', calls);
    },
  );
  await collect();
  fails = true;
  for (let i = 0; i < 3; i++) await collect();
  t.deepEqual(valuesOf(await collect()), [
    ['a', 5],
    ['b', 1],
  ]);
  fails = false;
  t.deepEqual(valuesOf(await collect()), [
    ['a', 6],
    ['b', 6],
  ]);
  t.deepEqual(log, [
    'Collecting the metrics of "sources[1]" does not work, so its last numbers stay until the next try succeeds: no connection',
    'Collecting the metrics of "sources[1]" works again',
  ]);
});

test('a missing provider costs its own source only', async (t) => {
  let missing = true;
  const odd: MetricsSource = {
    provider() {
      if (missing) throw new Error('the registry is missing');
      return this;
    },
    collect: () => counted('b', 2),
  };
  const { collect, log } = combine(() => counted('a', 1), odd);
  t.deepEqual(valuesOf(await collect()), [['a', 1]]);
  t.regex(log[0] ?? '', /"sources\[1\]" does not work.*: the registry is missing$/);
  missing = false;
  t.is(valuesOf(await collect()).length, 2);
  t.is(log.length, 2);
});

test.serial('a source that hangs is waited for once, told once, and its answer counts when it comes', async (t) => {
  const timers = hurry(t);
  let answer: ((data: ResourceMetrics) => void) | undefined;
  let calls = 0;
  const { collect, log } = combine(
    () => counted('a', ++calls),
    () => (calls === 1 ? new Promise((resolve) => (answer = resolve)) : counted('b', calls)),
  );
  t.deepEqual(valuesOf(await collect()), [['a', 1]]);
  t.is(timers(), 1);
  for (let i = 0; i < 3; i++) await collect();
  t.is(log.length, 1);
  t.regex(log[0] ?? '', /"sources\[1\]" does not work.*: it has not answered within 5 s/);
  answer?.(counted('b', 1));
  await turn();
  t.deepEqual(valuesOf(await collect()), [
    ['a', 5],
    ['b', 1],
  ]);
  t.deepEqual(valuesOf(await collect()), [
    ['a', 6],
    ['b', 6],
  ]);
  t.is(log.length, 2);
});

test.serial(
  'a collection that never ends is given up after pauses that double, or where its provider is replaced',
  async (t) => {
    hurry(t);
    const clock = stillClock(t);
    let provider = {};
    const asked: number[] = [];
    const hangs: MetricsSource = {
      provider: () => provider,
      collect: () => (asked.push(Math.round(clock.later / 1000)), new Promise(() => undefined)),
    };
    const { collect } = combine(() => counted('a', 1), hangs);
    for (; clock.later < 300_000; clock.later += 10_000) await collect();
    t.deepEqual(asked, [0, 30, 90, 210]);
    provider = {};
    await collect();
    t.deepEqual(asked, [0, 30, 90, 210, 300]);
  },
);

test('where no source works the collection fails, so that its numbers are seen to grow old', async (t) => {
  let works = true;
  const part = (name: string) => () => {
    if (works) return counted(name, 1);
    throw new Error('no');
  };
  const { collect, log } = combine(part('a'), part('b'));
  await collect();
  works = false;
  await t.throwsAsync(collect(), { message: 'none of the 2 sources works' });
  t.is(log.length, 2);
});

test('what a source has accumulated is not lost when the collector gives a collection up', async (t) => {
  const deltas = accumulating('b');
  let answer: ((data: ResourceMetrics) => void) | undefined;
  const { collect } = combine(() => new Promise((resolve) => (answer = resolve)), deltas.source);
  deltas.state.counted = 5;
  const first = collect();
  await turn();
  deltas.state.counted = 3;
  const second = collect();
  answer?.(counted('a', 1));
  await t.throwsAsync(first, { message: 'the collection was given up' });
  t.deepEqual(valuesOf(await second), [
    ['a', 1],
    ['b', 5],
  ]);
  const third = collect();
  await turn();
  answer?.(counted('a', 2));
  t.deepEqual(valuesOf(await third), [
    ['a', 2],
    ['b', 3],
  ]);
});

test('deltas are handed over once, and other metrics of their source stay while it fails', async (t) => {
  let fails = false;
  const both = accumulating('b', (value) => {
    if (fails) throw new Error('no');
    const { resource, scopeMetrics } = counted('b', value, {}, DELTA);
    return { resource, scopeMetrics: [...scopeMetrics, ...counted('gauge', 7).scopeMetrics] };
  });
  const { collect } = combine(() => counted('a', 1), both.source);
  both.state.counted = 4;
  t.deepEqual(valuesOf(await collect()), [
    ['a', 1],
    ['b', 4],
    ['gauge', 7],
  ]);
  fails = true;
  t.deepEqual(valuesOf(await collect()), [
    ['a', 1],
    ['gauge', 7],
  ]);
});

test('collectNow takes what sources can give at once, and of the others what was last', async (t) => {
  const deltas = accumulating('b');
  const odd: MetricsSource = {
    provider: () => deltas,
    collect: () => counted('c', 3),
    collectNow: () => Promise.resolve(counted('c', 4)),
  };
  let calls = 0;
  const { collect, source } = combine(
    () => Promise.resolve(counted('a', ++calls)),
    deltas.source,
    odd,
    () => counted('d', ++calls),
  );
  deltas.state.counted = 1;
  await collect();
  deltas.state.counted = 6;
  t.deepEqual(valuesOf(source.collectNow?.(source.provider()) as ResourceMetrics), [
    ['a', 1],
    ['b', 6],
    ['c', 3],
    ['d', 3],
  ]);
});

test('collectNow has deltas too that were collected and not handed over yet', async (t) => {
  const deltas = accumulating('b');
  const { collect, source } = combine(() => new Promise(() => undefined), deltas.source);
  deltas.state.counted = 5;
  void collect();
  await turn();
  await turn();
  deltas.state.counted = 2;
  t.deepEqual(valuesOf(source.collectNow?.(source.provider()) as ResourceMetrics), [
    ['b', 5],
    ['b', 2],
  ]);
});

test('attributes of a resource that cannot be read are left out, which is told once', async (t) => {
  const attributes = Object.defineProperty({}, 'host', {
    enumerable: true,
    get() {
      throw new Error('gone');
    },
  });
  const { collect, log } = combine(
    () => counted('a', 1, attributes),
    () => counted('b', 2, { zone: 'x' }),
  );
  for (let i = 0; i < 2; i++) t.deepEqual((await collect()).resource.attributes, { zone: 'x' });
  t.deepEqual(log, ['The attributes of the resource of "sources[0]" cannot be read and are left out: gone']);
});

test('a source learns which of its results is used, and gives the others once more', async (t) => {
  const waiting: ResourceMetrics[] = [];
  const accepted: unknown[] = [];
  let released = 0;
  const source: MetricsSource = {
    accumulates: true,
    provider: () => waiting,
    collect: () => (waiting.push(counted('b', waiting.length + 1, {}, DELTA)), waiting.at(-1)),
    accept: (data) => void accepted.push(data),
    release: () => released++,
  };
  let answer: ((data: ResourceMetrics) => void) | undefined;
  const combined = combine(() => new Promise((resolve) => (answer = resolve)), source);
  const first = combined.collect();
  await turn();
  const second = combined.collect();
  answer?.(counted('a', 1));
  await t.throwsAsync(first);
  const data = await second;
  t.deepEqual(accepted, []);
  combined.source.accept?.(data);
  combined.source.accept?.(data);
  t.deepEqual(accepted, [waiting[0]]);
  combined.source.release?.();
  t.is(released, 1);
});

test('a source that throws when its result is accepted is told once', async (t) => {
  const source: MetricsSource = {
    provider: () => source,
    collect: () => counted('b', 1),
    accept() {
      throw new Error('a defect');
    },
  };
  const combined = combine({ ...source, accumulates: true }, () => counted('a', 1));
  for (let i = 0; i < 2; i++) combined.source.accept?.(await combined.collect());
  t.deepEqual(combined.log, ['accept() of "sources[0]" has failed: a defect']);
});

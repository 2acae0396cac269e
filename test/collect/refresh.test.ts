/** Collections for requests: when there is one, and which requests share it. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { stillClock } from '../support/still-clock';
import { metrics, startCollector, type Provider } from './running-collector';

/** Tests may have a clock of their own. */
const { now } = performance;

/** Blocks the event loop. */
function work(ms: number): void {
  const end = now.call(performance) + ms;
  while (now.call(performance) < end);
}

/** A provider that counts its collections, each of which costs and lasts as long as is said. */
class Counting implements Provider {
  calls = 0;
  costMs = 0;
  lasts: Promise<void> | undefined;

  collect(): unknown {
    this.calls++;
    work(this.costMs);
    return this.lasts?.then(() => metrics(this.calls)) ?? metrics(this.calls);
  }
}

const HOUR_MS = 3_600_000;

test.serial('a request gets a collection that begins after it, and those that wait together share one', async (t) => {
  const provider = new Counting();
  const bench = startCollector(t, provider, { intervalMs: HOUR_MS });
  await bench.more(1);
  await sleep(5);
  const since = performance.now();
  const refreshed = Array.from({ length: 20 }, () => bench.collector.refresh(since));
  t.true(refreshed.every((one) => one !== undefined));
  await Promise.all(refreshed.map(async (one) => one));
  t.deepEqual([provider.calls, bench.snapshots.length], [2, 2]);
  t.is(bench.collector.refresh(since), undefined, 'the latest snapshot serves it');
  await bench.collector.refresh(performance.now());
  t.is(provider.calls, 3);
});

test.serial('a collection that takes more than its share is not made, until enough time has passed', async (t) => {
  const clock = stillClock(t);
  const provider = new Counting();
  provider.costMs = 20;
  const bench = startCollector(t, provider, { intervalMs: HOUR_MS, maxCollectLoad: 0.05 });
  await bench.more(1);
  t.is(bench.collector.refresh(performance.now()), undefined);
  clock.later = HOUR_MS;
  await bench.collector.refresh(performance.now());
  t.is(provider.calls, 2);
});

test.serial(
  'the interval goes on beside collections for requests, and together they keep within the load',
  async (t) => {
    const provider = new Counting();
    provider.costMs = 10;
    const bench = startCollector(t, provider, { intervalMs: 100, maxCollectLoad: 0.125 });
    await bench.more(4);
    const calls = provider.calls;
    const begin = performance.now();
    while (performance.now() - begin < 2000) {
      await sleep(5);
      await bench.collector.refresh(performance.now());
    }
    const made = provider.calls - calls;
    const possible = (performance.now() - begin) / 80 + 1;
    t.true(made <= possible, `${made} of ${possible}`);
    const before = provider.calls;
    // The first tick may be served by the last snapshot for a request.
    await bench.more(4);
    t.true(provider.calls >= before + 3, 'the interval goes on when the requests end');
  },
);

test.serial('a request waits for the collection under way, and then has one of its own', async (t) => {
  stillClock(t);
  const provider = new Counting();
  let finish = (): void => undefined;
  provider.lasts = new Promise((resolve) => (finish = resolve));
  const bench = startCollector(t, provider, { intervalMs: HOUR_MS });
  await sleep(20);
  t.is(provider.calls, 1);
  const refreshed = bench.collector.refresh(performance.now());
  await sleep(20);
  t.is(provider.calls, 1, 'no two at a time');
  finish();
  await refreshed;
  t.deepEqual([provider.calls, bench.snapshots.length], [2, 2]);
});

test.serial('there is nothing to wait for where collecting hangs, fails or has been stopped', async (t) => {
  const clock = stillClock(t);
  const provider = new Counting();
  const bench = startCollector(t, provider, { intervalMs: HOUR_MS });
  await bench.more(1);
  bench.provider = undefined;
  t.is(bench.collector.refresh(performance.now()), undefined);
  t.is(bench.log.length, 1);
  bench.provider = {
    collect() {
      throw new Error('fails');
    },
  };
  await bench.collector.refresh(performance.now());
  bench.provider = provider;
  provider.lasts = new Promise(() => undefined);
  t.not(bench.collector.refresh(performance.now()), undefined);
  clock.later = 1100;
  t.is(bench.collector.refresh(performance.now()), undefined);
  bench.collector.stop();
  t.is(bench.collector.refresh(performance.now()), undefined);
  t.is(bench.snapshots.length, 1);
});

test.serial(
  'a snapshot for a request is interim, unless it is so recent that it serves the interval too',
  async (t) => {
    stillClock(t);
    const provider = new Counting();
    provider.costMs = 20;
    const bench = startCollector(t, provider, { intervalMs: 1000, maxCollectLoad: 0.01 });
    await bench.more(1);
    await bench.collector.refresh(performance.now(), { isLast: true });
    const last = bench.snapshots.at(-1);
    t.true(bench.interim.at(-1));
    await bench.more(1);
    t.is(bench.snapshots.at(-1), last);
    t.false(bench.interim.at(-1));
  },
);

import test from 'ava';
import { CollectLoad } from '../../src/collect/load';

test('the interval is the configured one until collecting takes more than its share', (t) => {
  const load = new CollectLoad(10_000, 0.02);
  t.deepEqual([load.costMs, load.currentIntervalMs], [0, 10_000]);
  for (let i = 0; i < 3; i++) load.add(200);
  t.is(load.currentIntervalMs, 10_000);
  const heavier = new CollectLoad(10_000, 0.02);
  for (let i = 0; i < 3; i++) heavier.add(201);
  t.is(heavier.currentIntervalMs, 10_050);
});

test('what the first collections take at the start of a process does not stretch the interval', (t) => {
  const load = new CollectLoad(10_000, 0.02);
  load.add(2000);
  load.add(1500);
  t.is(load.currentIntervalMs, 10_000);
  load.add(100);
  t.is(load.currentIntervalMs, 10_000);
});

test('the time that every collection takes counts, and other work during a few of them does not', (t) => {
  const load = new CollectLoad(1000, 0.1);
  for (const ms of [500, 20, 900, 700, 800]) load.add(ms);
  t.is(load.costMs, 20);
  for (const ms of [500, 600]) load.add(ms);
  t.deepEqual([load.costMs, load.currentIntervalMs], [500, 5000]);
});

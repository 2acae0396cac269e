import test from 'ava';
import { SnapshotEncoder, type Encoded } from '../../../../core/encoder/encoder';
import { seriesCount, pagesOf } from '../../../../core/series';
import { SCALAR_VALUE, type Snapshot } from '../../../../core/snapshot';
import { collected, deltas, familyOf, point, read, series } from '../collections';
import { deltaCounter } from './metrics';

const FORGET_AFTER = 100_000;

function start(): (after: number, ids: readonly object[], startTime?: number) => Promise<Encoded> {
  const encoder = new SnapshotEncoder({ maxSeries: 1_000_000, forgetAfterMs: FORGET_AFTER });
  let time = 1_795_000_000_000;
  return (after, ids, startTime = 100) => {
    const points = ids.map((one) => point({ ...one }, 1, [startTime, 0]));
    time += after;
    return encoder.encode({ ...collected(...(ids.length === 0 ? [] : [deltaCounter('c', points)])), time });
  };
}

function bytesOf(snapshot: Snapshot): number {
  return [...pagesOf(snapshot)].reduce((sum, { attributes }) => sum + attributes.length, snapshot.values.byteLength);
}

test('a series that has not changed for long is let go of, and counted', async (t) => {
  const collect = start();
  await collect(0, [{ a: 1 }, { a: 2 }]);
  for (let i = 0; i < 3; i++) t.is((await collect(30_000, [{ a: 2 }])).forgotten, 0);
  const { snapshot, forgotten } = await collect(30_000, [{ a: 2 }]);
  t.is(forgotten, 1);
  t.deepEqual([...read(snapshot).keys()], ['{"a":2}']);
  t.is(snapshot.stats.series, 1);
});

test('a series that comes back begins anew', async (t) => {
  const collect = start();
  await collect(0, [{ a: 1 }, { a: 2 }]);
  for (let i = 0; i < 6; i++) await collect(40_000, [{ a: 2 }]);
  const { snapshot } = await collect(1, [{ a: 1 }, { a: 2 }], 700);
  t.deepEqual(read(snapshot).get('{"a":1}'), [700e6, 1]);
  t.deepEqual(read(snapshot).get('{"a":2}'), [100e6, 8]);
  t.is(deltas(snapshot).get('{"a":1}'), undefined);
  t.is(deltas((await collect(1, [{ a: 1 }])).snapshot).get('{"a":1}'), 1);
});

test('a jump of the clock forgets nothing', async (t) => {
  const collect = start();
  await collect(0, [{ a: 1 }]);
  for (const jump of [1e12, -1e12, Number.NaN, 1e12]) {
    const { snapshot } = await collect(jump, [{ a: 1 }]);
    t.is(read(snapshot).size, 1);
  }
  t.is((await collect(10, [])).forgotten, 0);
});

test('after an explosion of labels, pages and columns are small again', async (t) => {
  const collect = start();
  const usual = series(100);
  const { snapshot: before } = await collect(0, usual);
  const { snapshot: exploded } = await collect(1000, [...usual, ...series(20_000, 100)]);
  t.true(bytesOf(exploded) > 20 * bytesOf(before));
  let last = exploded;
  let forgotten = 0;
  for (let i = 0; i < 20; i++) {
    const encoded = await collect(20_000, usual);
    last = encoded.snapshot;
    forgotten += encoded.forgotten;
  }
  t.is(forgotten, 20_000);
  t.is(seriesCount(familyOf(last)), 100);
  t.is([...pagesOf(last)].length, 1);
  t.true(bytesOf(last) < 2 * bytesOf(before), `${bytesOf(last)} bytes`);
  t.is(read(last).get('{"id":5}')?.[SCALAR_VALUE], 22);
});

test('a family without series goes, and comes back', async (t) => {
  const collect = start();
  await collect(0, [{ a: 1 }]);
  let last = (await collect(0, [])).snapshot;
  for (let i = 0; i < 20; i++) last = (await collect(40_000, [])).snapshot;
  t.deepEqual(last.scopes[0]?.families, []);
  t.is(read((await collect(1, [{ a: 1 }])).snapshot).get('{"a":1}')?.[SCALAR_VALUE], 1);
});

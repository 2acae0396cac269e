/** What is saved comes back, and what comes from a file is not trusted. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import test from 'ava';
import { readState, writeState } from '../../../../workers/cluster';
import { counter, histogram, point, series } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance, numbersOf } from '../merged-instances';

async function sample(): Promise<Cluster> {
  const cluster = new Cluster();
  const [a, b, c] = [new Instance(0, 'a'), new Instance(1, 'b'), new Instance(2, 'c')];
  const half = { offset: -3, bucketCounts: [1, 2, 3] };
  const exponential = { count: 13, sum: 5, scale: 2, zeroCount: 1, positive: half, negative: half };
  const some = (from: number) =>
    counter(
      'c',
      series(1500, from).map((one) => point(one, 2, at(1))),
    );
  const all = [
    histogram('h', [point({ a: 'ä' }, { buckets: { boundaries: [0, 1.5], counts: [1, 2, 3] }, count: 6, sum: 2.5 })]),
    histogram('e', [point({}, exponential)], 1),
  ];
  cluster.merge([await a.answer(some(0), ...all), await b.answer(some(100), ...all)]);
  cluster.merge([await a.answer(some(0), ...all), await c.answer(counter('late', [point({}, 1)]), some(5000))], ['b']);
  cluster.merge([await a.answer(some(3), ...all)], ['b']);
  return cluster;
}

test('a state comes back as it was', async (t) => {
  const cluster = await sample();
  const bytes = writeState(cluster.state!);
  const before = numbersOf(cluster.merge([], ['a', 'b']));
  cluster.state = readState(bytes);
  cluster.loseWorker();
  t.deepEqual(
    cluster.state.runs.map(({ key }) => key),
    ['a', 'b'],
  );
  t.true(cluster.state.gone.some((round) => round !== 0));
  t.deepEqual(numbersOf(cluster.merge([], ['a', 'b'])), before);
  t.deepEqual(numbersOf(cluster.merge([])), before);
});

test('a state that was read is written as the same bytes', async (t) => {
  const bytes = writeState((await sample()).state!);
  t.deepEqual(writeState(readState(bytes)), writeState(readState(writeState(readState(bytes)))));
});

test('a file that is no saved state, or was changed, is refused with the reason', async (t) => {
  const bytes = writeState((await sample()).state!);
  const file = JSON.parse(inflateRawSync(bytes).toString()) as { runs: object[]; gone: number[][] };
  const read = (other: object) => () => readState(deflateRawSync(JSON.stringify(other)));
  const refused = (other: object, message: RegExp) => void t.throws(read(other), { message });
  refused({}, /^not a saved state: format/);
  refused({ ...file, v: 2 }, /^not a saved state: version 2, expected 1$/);
  refused({ ...file, carried: 5 }, /carried/);
  refused({ ...file, carried: 'AAAA' }, /deflate/);
  refused({ ...file, nextPageId: -1 }, /nextPageId/);
  refused({ ...file, nextPageId: 0 }, /page id/);
  refused({ ...file, gone: [[1e6, 1]] }, /series 1000000/);
  refused({ ...file, gone: [[1, 99]] }, /round 99/);
  refused({ ...file, gone: null }, /gone/);
  refused({ ...file, runs: {} }, /runs/);
  refused({ ...file, runs: [null] }, /run/);
  refused({ ...file, runs: [file.runs[0], file.runs[0]] }, /twice/);
  const other = writeState((await sample()).state!);
  const { carried, runs } = JSON.parse(inflateRawSync(other).toString()) as { carried: string; runs: object[] };
  refused({ ...file, carried, nextPageId: 2 ** 52 }, /pages .* are neither sent nor known/);
  refused({ ...file, runs }, /pages .* are neither sent nor known/);
  refused({ ...file, runs: [{ ...file.runs[0], key: 5 }] }, /key/);
  t.throws(() => readState(new Uint8Array()), { message: /^not a saved state/ });
  t.throws(() => readState(bytes.subarray(0, bytes.length / 2)), { message: /^not a saved state/ });
});

test('values that are not numbers are refused', async (t) => {
  const { state } = await sample();
  for (const broken of [NaN, Infinity]) {
    const carried = state!.carried.slice();
    carried[1] = broken;
    t.throws(() => readState(writeState({ ...state!, carried })), { message: 'not a saved state: a number of "c"' });
  }
});

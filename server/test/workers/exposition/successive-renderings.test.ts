/** One rendering after the other, of numbers, series and pages that change, in chunks that are lent or not. */
import test from 'ava';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { EXP_BUCKETS } from '../../../../core/snapshot';
import { collected, counter, histogram, point, series } from '../../../../test/core/encoder/collections';
import { startLoan } from '../../../protocol/loan';
import { Exposition } from '../../../workers/exposition/exposition';
import { FORMATS, instance, render, text } from './rendered-snapshots';

/** For the message of a failed test, in which a whole exposition would be too long to read. */
function firstDifference(actual: string, expected: string): string {
  if (actual === expected) return '';
  const lines = expected.split('\n');
  const at = actual.split('\n').findIndex((line, i) => line !== lines[i]);
  return `line ${at}: ${actual.split('\n')[at] ?? 'none'} instead of ${lines[at] ?? 'none'}`;
}

test('numbers, series and pages that change are followed', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100_000 });
  const attributes = series(2500);
  const exposition = new Exposition();
  for (let step = 0; step < 6; step++) {
    const present = attributes.filter((_, i) => step === 0 || i % 5 !== step).reverse();
    const of = (i: number): object => ({
      buckets: { boundaries: [1], counts: [i, step] },
      count: i + step,
      sum: i / 3,
    });
    const metrics = [
      counter(
        'c',
        present.map((each, i) => point(each, i * 10 ** step)),
      ),
      histogram(
        'h',
        present.slice(0, 1100).map((each, i) => point(each, of(i))),
      ),
    ];
    const { snapshot } = await encoder.encode(collected(...metrics));
    const snapshots = [{ snapshot, labels: [['pm_id', '1'] as const] }];
    for (const format of FORMATS)
      t.is(firstDifference(text(snapshots, format, exposition), text(snapshots, format)), '');
  }
});

test('chunks are large, have buffers of their own unless they are lent, and are the same in sum', async (t) => {
  const metrics = [
    counter(
      'c',
      series(20_000).map((each, i) => point(each, i)),
    ),
  ];
  const snapshots = [await instance(0, { metrics }), await instance(1, { metrics })];
  for (const view of ['all', 'instance'] as const) {
    for (const format of FORMATS) {
      const { chunks, body } = render(new Exposition(), { view, format, snapshots });
      t.true(chunks.length > 1);
      t.is(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length);
      t.true(chunks.slice(0, -1).every(({ length }) => length >= 64 * 1024 && length <= 1024 * 1024));
      structuredClone(chunks, { transfer: chunks.map(({ buffer }) => buffer as ArrayBuffer) });
      t.true(chunks.every(({ length }) => length === 0));

      const lent = render(new Exposition(), { view, format, snapshots, loan: startLoan() });
      t.is(firstDifference(lent.body.toString(), body.toString()), '');
      // What is written anew each time it changes is copied.
      t.is(
        lent.chunks.some(({ buffer }) => buffer instanceof SharedArrayBuffer),
        format !== 'protobuf',
      );
    }
  }
});

test('a rendering that is not ended keeps others out, and one that is ended early spoils nothing', async (t) => {
  const metrics = [
    counter(
      'c',
      series(10_000).map((each, i) => point(each, i)),
    ),
  ];
  const snapshots = [await instance(0, { metrics })];
  for (const format of FORMATS) {
    const exposition = new Exposition();
    const begun = exposition.render({ view: 'all', format, snapshots });
    begun.next();
    t.throws(() => text(snapshots, format, exposition), { message: 'The last rendering has not ended.' });
    begun.return({ warnings: [], dropped: [] });
    t.is(text(snapshots, format, exposition), text(snapshots, format));
  }
});

test('the numbers of series that are not present may be anything', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const buckets = { offset: 0, bucketCounts: [1, 2] };
  const value = { count: 6, sum: 1, scale: 0, zeroCount: 0, positive: buckets, negative: buckets };
  await encoder.encode(collected(histogram('e', [point({ a: 1 }, value), point({ a: 2 }, value)], 1)));
  const { snapshot } = await encoder.encode(collected(histogram('e', [point({ a: 2 }, value)], 1)));
  const snapshots = [{ snapshot, labels: [] }];
  const before = FORMATS.map((format) => text(snapshots, format));
  for (const junk of [Number.NaN, 1e15, -Infinity]) {
    snapshot.values.fill(junk, 0, EXP_BUCKETS + 4);
    t.deepEqual(
      FORMATS.map((format) => text(snapshots, format)),
      before,
    );
  }
});

/** A delta is collected once only: what a collection has added is kept if encoding it fails, and added once. */
import test from 'ava';
import { Columns } from '../../../../core/encoder/columns/columns';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { SCALAR_VALUE } from '../../../../core/snapshot';
import { collected, counter, encode, familyOf, point, read } from '../collections';
import { deltaCounter, deltaHistogram, spread } from './metrics';

type Method = 'take' | 'begin' | 'publish';

/** @returns the same method again */
function failing(method: Method): () => void {
  const original = Object.getOwnPropertyDescriptor(Columns.prototype, method) as PropertyDescriptor;
  Object.defineProperty(Columns.prototype, method, {
    ...original,
    value: () => {
      throw new RangeError('Array buffer allocation failed');
    },
  });
  return () => Object.defineProperty(Columns.prototype, method, original);
}

const step = (id: number) => [
  deltaCounter('c', [point({ a: 1 }, 1), point({ new: id }, 1)]),
  counter('copied', [point({ a: 1 }, id)]),
];

for (const method of ['take', 'begin', 'publish'] as const) {
  test.serial(`what a collection has added is in the next snapshot if ${method} fails`, async (t) => {
    const encoder = new SnapshotEncoder({ maxSeries: 100 });
    const before = await encode(encoder, ...step(1));
    let id = 2;
    for (const failures of [1, 2]) {
      for (let i = 0; i < failures; i++) {
        const restore = failing(method);
        const error = await encoder.encode(collected(...step(id++))).catch((thrown: unknown) => thrown);
        restore();
        t.true(error instanceof RangeError);
      }
      t.is(familyOf(before).pages[0]?.page.size, 2);
      await encode(encoder);
    }
    const snapshot = await encode(encoder, ...step(9));
    t.deepEqual(
      [...read(snapshot)].map(([text, numbers]) => [text, numbers[SCALAR_VALUE]]),
      [
        ['{"a":1}', 5],
        ['{"new":1}', 1],
        ['{"new":2}', 1],
        ['{"new":3}', 1],
        ['{"new":4}', 1],
        ['{"new":9}', 1],
      ],
    );
    t.is(read(snapshot, 1).get('{"a":1}')?.[SCALAR_VALUE], 9);
    t.is(snapshot.scopes[0]?.families.length, 2);
  });
}

test.serial(
  'a collection that cannot be encoded does not end all snapshots, and the log says that its numbers are lost',
  async (t) => {
    const encoder = new SnapshotEncoder({ maxSeries: 100 });
    await encode(encoder, ...step(1));
    const restore = failing('publish');
    for (let i = 0; i < 3; i++) await t.throwsAsync(encoder.encode(collected(...step(2))));
    restore();
    const { snapshot, problems } = await encoder.encode(collected(...step(3)));
    t.is(read(snapshot).get('{"a":1}')?.[SCALAR_VALUE], 4, 'of three that have failed, one was tried three times');
    t.deepEqual(problems, [
      'what 1 collections have added to counters and histograms is lost: they could not be encoded',
    ]);
    t.deepEqual((await encoder.encode(collected(...step(4)))).problems, []);
  },
);

test.serial(
  'what was added is right where series give way to others and the collection is encoded twice',
  async (t) => {
    const encoder = new SnapshotEncoder({ maxSeries: 120 });
    const some = (from: number) => Array.from({ length: 100 }, (_, i) => point({ id: from + i }, 1));
    const grown = (buckets: number) => deltaHistogram('e', [point({ a: 1 }, spread(buckets))], 1);
    await encode(encoder, deltaCounter('c', [point({ a: 1 }, 1)]), grown(1), counter('copied', some(0)));
    const { snapshot, leftOut } = await encoder.encode(
      collected(deltaCounter('c', [point({ a: 1 }, 1), point({ a: 2 }, 1)]), grown(90), counter('copied', some(1000))),
    );
    t.is(leftOut, 0);
    t.deepEqual(
      [...read(snapshot).values()].map((numbers) => numbers[SCALAR_VALUE]),
      [2, 1],
    );
    t.deepEqual(read(snapshot, 1).get('{"a":1}')?.slice(1, 3), [91, 91]);
    t.is(read(snapshot, 2).size, 100);
  },
);

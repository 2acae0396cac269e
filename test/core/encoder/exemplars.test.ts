import test from 'ava';
import { unpackExemplars } from '../../../core/exemplars';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { textsOf } from '../../../core/page-texts';
import { PAGE_SERIES, type Snapshot } from '../../../core/snapshot';
import { collected, counter, familyOf, histogram, point, series } from './collections';

const exemplar = (value: unknown, attributes: unknown = { trace: 'x' }, time?: unknown): object => ({
  attributes,
  value,
  ...(time !== undefined && { time }),
});

const withExemplars = (data: object, ...exemplars: readonly unknown[]): never => ({ ...data, exemplars }) as never;

async function encode(...metrics: readonly unknown[]): Promise<Snapshot> {
  const { snapshot } = await new SnapshotEncoder({ maxSeries: 20_000 }).encode(collected(...metrics));
  return snapshot;
}

/** With the attributes of their series in place of the slot. */
function exemplarsOf(snapshot: Snapshot, index = 0): unknown[] {
  const family = familyOf(snapshot, index);
  return unpackExemplars(family.exemplars).map(({ slot, ...rest }) => {
    const page = family.pages[Math.floor(slot / PAGE_SERIES)]!.page;
    return { series: textsOf(page)[slot % PAGE_SERIES], ...rest };
  });
}

test('a counter has one exemplar, a histogram one per bucket', async (t) => {
  const buckets = { boundaries: [1, 2], counts: [1, 1, 1] };
  const snapshot = await encode(
    counter('c', [
      withExemplars(point({ id: 1 }, 5), exemplar(1, { trace: 'a', n: 7 }, 12.5)),
      withExemplars(point({ id: 2 }, 5), undefined),
    ]),
    histogram('h', [
      withExemplars(point({}, { buckets, count: 3, sum: 4 }), exemplar(0.5), undefined, exemplar(Infinity, {}, -1)),
    ]),
  );
  t.deepEqual(exemplarsOf(snapshot), [
    { series: '{"id":1}', bucket: 0, value: 1, time: 12.5, attributes: '{"trace":"a","n":"7"}' },
  ]);
  t.deepEqual(exemplarsOf(snapshot, 1), [
    { series: '{}', bucket: 0, value: 0.5, time: NaN, attributes: '{"trace":"x"}' },
    { series: '{}', bucket: 2, value: Infinity, time: NaN, attributes: '{}' },
  ]);
  t.is(snapshot.stats.droppedExemplars, 0);
});

test('exemplars follow their series to other positions', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 20_000 });
  const some = series(2000);
  const collect = async (all: typeof some): Promise<unknown[]> => {
    const points = all.map((one) => withExemplars(point(one, 1), one['id'] === 1500 ? exemplar(2) : undefined));
    return exemplarsOf((await encoder.encode(collected(counter('c', points)))).snapshot);
  };
  const expected = [{ series: '{"id":1500}', bucket: 0, value: 2, time: NaN, attributes: '{"trace":"x"}' }];
  t.deepEqual(await collect(some), expected);
  t.deepEqual(await collect([...some].reverse()), expected);
  t.deepEqual(await collect(some.slice(1400)), expected);
});

test('what is no exemplar is left out and counted, whatever it is', async (t) => {
  const thrower = {
    get value(): number {
      throw new Error('thrown when read');
    },
  };
  const odd = [exemplar('1'), exemplar(NaN), exemplar(1, { a: 'x'.repeat(128) }), 'x', thrower, 5];
  const points = odd.map((one, id) => withExemplars(point({ id }, 1), one));
  const lists = [
    { ...point({ id: 'a' }, 1), exemplars: 'x' },
    withExemplars(point({ id: 'b' }, 1), exemplar(1), exemplar(2)),
  ];
  const snapshot = await encode(counter('c', [...points, ...(lists as never[])]));
  t.is(snapshot.stats.series, odd.length + 2);
  t.is(snapshot.stats.droppedExemplars, odd.length + 2);
  t.is(exemplarsOf(snapshot).length, 1, 'the first one of a list that is too long');
});

test('labels have 128 characters at the most, and each one beyond 16 bits counts as one', async (t) => {
  const of = (text: string): never => withExemplars(point({ text }, 1), exemplar(1, { a: text }));
  const snapshot = await encode(counter('c', [of('x'.repeat(127)), of('𝒳'.repeat(127)), of('𝒳'.repeat(128))]));
  t.is(exemplarsOf(snapshot).length, 2);
  t.is(snapshot.stats.droppedExemplars, 1);
});

test('a snapshot has 10,000 exemplars at the most', async (t) => {
  const points = series(6000).map((one) => withExemplars(point(one, 1), exemplar(1)));
  const snapshot = await encode(counter('a', points), counter('b', points));
  t.is(exemplarsOf(snapshot).length, 6000);
  t.is(exemplarsOf(snapshot, 1).length, 4000);
  t.is(snapshot.stats.droppedExemplars, 2000);
});

test('data points without the field are not asked for exemplars', async (t) => {
  let asked = 0;
  const spy = (data: object): never =>
    new Proxy(data, {
      get(target, key) {
        if (key === 'exemplars') asked++;
        return Reflect.get(target, key) as unknown;
      },
    }) as never;
  const snapshot = await encode(
    counter(
      'c',
      series(5).map((one) => spy(point(one, 1))),
    ),
  );
  t.is(familyOf(snapshot).exemplars, undefined);
  t.is(asked, 0);
});

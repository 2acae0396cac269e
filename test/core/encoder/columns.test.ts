import test from 'ava';
import * as fc from '../../support/properties';
import { Columns, type Column, type Published } from '../../../core/encoder/columns/columns';

const STEPS = fc.array(
  fc.record({
    size: fc.oneof(fc.nat({ max: 900 }), fc.nat({ max: 9000 })),
    /** What happens to the column that was begun. `read`: whether a task then reads the current one. */
    end: fc.constantFrom('publish', 'publish', 'publish', 'enlarge', 'discard', 'replace'),
    isInterim: fc.boolean(),
    endsInterval: fc.boolean(),
    read: fc.boolean(),
    release: fc.nat({ max: 3 }),
  }),
  { maxLength: 40 },
);

function published(generation: number, isInterim = false): Published {
  return { generation, time: generation, isInterim };
}

test('a column that is current, previous or being read is never written, and each is as large as asked for', (t) => {
  fc.assert(
    fc.property(STEPS, (steps) => {
      const columns = new Columns();
      const readers: Column[] = [];
      let generation = 0;
      for (const { size, end, isInterim, endsInterval, read, release } of steps) {
        if (endsInterval) columns.endInterval();
        if (end === 'replace' && columns.current !== undefined) {
          columns.prepare(size);
          columns.replaceAll();
        }
        columns.begin(size);
        const begun = [columns.written];
        if (end === 'enlarge') {
          columns.space.giveBack(columns.take(size + 5000) + size + 5000, size + 5000);
          begun.push(columns.written);
        }
        for (const [i, column] of begun.entries()) {
          t.true(column.values.length >= size + 5000 * i);
          t.not(column, columns.current);
          t.not(column, columns.previous);
          t.false(readers.includes(column));
        }
        if (end === 'discard') columns.discard();
        else columns.publish(published(++generation, isInterim));
        if (read) {
          for (const each of [columns.current, columns.previous]) {
            if (each === undefined) continue;
            each.readers++;
            readers.push(each);
          }
        }
        for (const each of readers.splice(0, release)) each.readers--;
      }
    }),
    { numRuns: 500 },
  );
});

test('numbers are taken along when a column turns out too small, and nothing in it counts as up to date', (t) => {
  const columns = new Columns();
  columns.begin(10);
  columns.written.values.set([1, 2, 3]);
  columns.written.generation = 7;
  columns.take(5000);
  const large = columns.written;
  t.true(large.values.length >= 5000);
  t.deepEqual([...large.values.subarray(0, 4)], [1, 2, 3, 0]);
  t.is(large.generation, 0);
});

test('columns that slow readers have made necessary are not kept for ever', (t) => {
  const columns = new Columns();
  const held: Column[] = [];
  const publish = (generation: number): Column => {
    columns.begin(10);
    columns.publish(published(generation));
    return columns.current as Column;
  };
  for (let i = 1; i <= 20; i++) {
    const column = publish(i);
    column.readers++;
    held.push(column);
  }
  t.is(new Set(held).size, 20);
  for (const column of held) column.readers--;
  const after = new Set<Column>();
  for (let i = 21; i < 60; i++) after.add(publish(i));
  t.true(after.size <= 4, `${after.size}`);
});

test('the memory is shared, so that threads can read it', (t) => {
  const columns = new Columns();
  columns.begin(1);
  t.true(columns.written.values.buffer instanceof SharedArrayBuffer);
  columns.publish(published(1));
  columns.prepare(1);
  columns.replaceAll();
  t.true(columns.current?.values.buffer instanceof SharedArrayBuffer);
});

/** One whose current column has `length` numbers, all of them 7, of which `used` are its snapshot's. */
function columnsWith(length: number, used: number): Columns {
  const columns = new Columns();
  columns.begin(length);
  columns.written.values.fill(7);
  columns.take(used);
  columns.publish(published(1));
  return columns;
}

test('numbers of the snapshot being written go into the current column only where its own snapshot has no series', (t) => {
  const columns = columnsWith(1000, 100);
  const values = columns.current?.values ?? t.fail('no current column');
  columns.clearPrevious(40);
  columns.clearPrevious(100);
  t.deepEqual([values[39], values[40], values[41], values[100]], [7, NaN, 7, 7]);
  t.true(columns.isCurrentComplete);
  t.is(columns.roomBehind, values.length - 100);
  values.set([1, 2, 3]);
  columns.copyBehind(0, columns.take(3), 3);
  t.is(columns.current?.used, 100);
  columns.extendCurrent();
  t.deepEqual([...values.subarray(99, 104)], [7, 1, 2, 3, 7]);
  t.is(columns.current?.used, 103);
  // Taken by a collection that has failed.
  columns.take(1);
  t.false(columns.isCurrentComplete);
});

test('an exponential histogram takes its previous numbers along to a new offset, where few numbers are cleared for it', (t) => {
  const moved = (columns: Columns, to: number): boolean => {
    const layout = { kind: 'exponential', sum: true, min: true, max: true, positive: 1, negative: 0 } as const;
    columns.movePrevious({ offset: 0, layout }, { offset: to, layout: { ...layout, positive: 2 } });
    return columns.current?.values[to] === 1;
  };
  t.false(moved(new Columns(), 1));
  for (const [to, expected] of [
    [99_000, false],
    [300_000, false],
    [137, true],
  ] as const) {
    const columns = columnsWith(200_000, 100);
    const { current } = columns;
    const values = current?.values ?? t.fail('no current column');
    values[0] = 1;
    t.is(moved(columns, to), expected, `${to}`);
    t.is(current?.used, expected ? 150 : 100);
    if (!expected) continue;
    t.deepEqual([values[99], values[100], values[136], values[150]], [7, NaN, NaN, 7]);
    // The bucket that there was, and a new one without a count.
    t.deepEqual([...values.subarray(138, 150)], [...new Array<number>(11).fill(7), 0]);
  }
});

test('packed columns have the numbers that were carried, at their new offsets', (t) => {
  const columns = columnsWith(100, 100);
  columns.current?.values.set([1, 2, 3], 50);
  columns.prepare(43);
  columns.copyToPrepared(50, columns.take(3), 3);
  columns.copyToPrepared(10, columns.take(40), 40);
  columns.replaceAll();
  t.deepEqual([...(columns.current?.values.subarray(0, 44) ?? [])], [1, 2, 3, ...new Array<number>(40).fill(7), 0]);
  t.deepEqual([columns.current?.used, columns.current?.generation, columns.previous], [43, 1, undefined]);
});

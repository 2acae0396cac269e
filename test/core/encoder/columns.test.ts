import test from 'ava';
import * as fc from 'fast-check';
import { Columns, type Column } from '../../../core/encoder/columns/columns';

const STEPS = fc.array(
  fc.record({
    size: fc.oneof(fc.nat({ max: 900 }), fc.nat({ max: 9000 })),
    /** What becomes of the column, and who reads the current one meanwhile. */
    end: fc.constantFrom('publish', 'publish', 'publish', 'enlarge', 'discard', 'replace'),
    read: fc.boolean(),
    release: fc.nat({ max: 3 }),
  }),
  { maxLength: 40 },
);

test('a column that is current, previous or being read is never written, and each is as large as asked for', (t) => {
  fc.assert(
    fc.property(STEPS, (steps) => {
      const columns = new Columns();
      const readers: Column[] = [];
      let generation = 0;
      for (const { size, end, read, release } of steps) {
        if (end === 'replace' && columns.current !== undefined) columns.replaceAll(columns.prepare(size), size);
        const begun = [columns.begin(size)];
        if (end === 'enlarge') begun.push(columns.enlarge(begun[0] as Column, size + 5000));
        for (const column of begun) {
          t.true(column.values.length >= size);
          t.not(column, columns.current);
          t.not(column, columns.previous);
          t.false(readers.includes(column));
        }
        const column = begun.at(-1) as Column;
        if (end === 'discard') columns.discard(column);
        else columns.publish(column, size, ++generation);
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
  const small = columns.begin(10);
  small.values.set([1, 2, 3]);
  small.generation = 7;
  const large = columns.enlarge(small, 5000);
  t.deepEqual([...large.values.subarray(0, 4)], [1, 2, 3, 0]);
  t.is(large.generation, 0);
});

test('columns that slow readers have made necessary are not kept for ever', (t) => {
  const columns = new Columns();
  const held: Column[] = [];
  const publish = (generation: number): Column => {
    const column = columns.begin(10);
    columns.publish(column, 10, generation);
    return column;
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
  t.true(new Columns().begin(1).values.buffer instanceof SharedArrayBuffer);
  t.true(new Columns().prepare(1).values.buffer instanceof SharedArrayBuffer);
});

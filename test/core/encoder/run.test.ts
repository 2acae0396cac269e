import test from 'ava';
import { Columns } from '../../../core/encoder/columns/columns';
import { Run } from '../../../core/encoder/columns/run';
import { SeriesTexts } from '../../../core/encoder/series/series-texts';
import { Slicer } from '../../../core/slicer';
import { TextMemory } from '../../../core/encoder/tidying/text-memory';

test('previous numbers at new places are none until they are written, and are not had where that takes long', (t) => {
  const columns = new Columns();
  const run = new Run(new Slicer(), new SeriesTexts(), columns, new TextMemory());
  t.is(run.previousWithRoom(1), undefined);
  const column = columns.begin(200_000);
  column.values.fill(7, 0, 100_000);
  columns.publish(column, 100, 1);
  t.is(run.previousWithRoom(99_000), undefined);
  t.is(run.previousWithRoom(300_000), undefined);
  t.is(run.previousWithRoom(150), column.values);
  t.deepEqual([column.values[99], column.values[100], column.values[149], column.values[150]], [7, NaN, NaN, 7]);
  t.is(column.used, 150);
});

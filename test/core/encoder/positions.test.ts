import test from 'ava';
import type { DataPoint } from '../../../core/otel';
import { BLOCK } from '../../../core/encoder/positions/position-block';
import { Positions } from '../../../core/encoder/positions/positions';
import type { Sliced } from '../../../core/slicer';
import { point } from './collections';

/** Does the work as if each slice had used its budget. @returns how often the event loop may turn */
function turnsOf(work: Sliced, meanwhile = (): void => undefined): number {
  let turns = 0;
  for (; work.next().done !== true; turns++) meanwhile();
  return turns;
}

const pointOf = (position: number): DataPoint => point({ position }, position);

for (const [kind, arrays] of [
  ['counters', 5],
  ['histograms', 7],
] as const) {
  test(`the event loop turns between the arrays of a block, new or longer: ${kind}`, (t) => {
    const positions = new Positions(BLOCK, kind === 'histograms');
    t.is(turnsOf(positions.ensureBlock(0)), arrays);
    t.is(turnsOf(positions.ensureBlock(1)), 0);
    t.is(turnsOf(positions.extend(BLOCK + 10)), 0);
    t.is(turnsOf(positions.ensureBlock(BLOCK)), arrays);
    t.is(turnsOf(positions.extend(BLOCK + 11)), arrays);
  });
}

test('what is known of a block is still known when it has become longer, and while it does', (t) => {
  const positions = new Positions(3, true);
  turnsOf(positions.ensureBlock(0));
  const points = [0, 1, 2].map(pointOf);
  points.forEach((each, i) => positions.set(i, each, 7 + i, 100 * i));
  const known = (): void => {
    const block = positions.blockOf(0);
    points.forEach(({ attributes, startTime }, i) => {
      t.is(block.attributes[i], attributes);
      t.is(block.startTimes[i], startTime);
      t.is(block.slots[i], 7 + i);
      t.is(block.offsets[i], 100 * i);
    });
  };
  turnsOf(positions.extend(500), known);
  known();
  t.true(positions.blockOf(0).capacity >= 500);
});

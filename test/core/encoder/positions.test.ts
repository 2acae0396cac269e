import test from 'ava';
import type { DataPoint } from '../../../core/otel';
import { BLOCK } from '../../../core/encoder/positions/position-block';
import { Positions } from '../../../core/encoder/positions/positions';
import { Slicer } from '../../../core/slicer';
import { point } from './collections';

/** Whose slices have always used their budget. */
class Impatient extends Slicer {
  rests = 0;
  /** What is to happen whenever the event loop turns. */
  meanwhile = (): void => undefined;

  override get due(): boolean {
    return true;
  }

  override rest(): Promise<void> {
    this.rests++;
    this.meanwhile();
    return Promise.resolve();
  }
}

const pointOf = (position: number): DataPoint => point({ position }, position);

for (const [kind, arrays] of [
  ['counters', 5],
  ['histograms', 7],
] as const) {
  test(`the event loop turns between the arrays of a block, new or longer: ${kind}`, async (t) => {
    const slicer = new Impatient();
    const positions = new Positions(BLOCK, kind === 'histograms');
    await positions.reach(0, slicer);
    t.is(slicer.rests, arrays);
    await positions.reach(1, slicer);
    t.is(slicer.rests, arrays);
    await positions.extend(BLOCK + 10, slicer);
    t.is(slicer.rests, arrays);
    await positions.reach(BLOCK, slicer);
    t.is(slicer.rests, 2 * arrays);
    await positions.extend(BLOCK + 11, slicer);
    t.is(slicer.rests, 3 * arrays);
  });
}

test('what is known of a block is still known when it has become longer, and while it does', async (t) => {
  const slicer = new Impatient();
  const positions = new Positions(3, true);
  await positions.reach(0, slicer);
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
  slicer.meanwhile = known;
  await positions.extend(500, slicer);
  known();
  t.true(positions.blockOf(0).capacity >= 500);
});

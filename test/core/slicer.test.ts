/** Work that is cut into slices: what they take is counted, and nothing else is. */
import test from 'ava';
import { Slicer, type Sliced } from '../../core/slicer';
import { stillClock } from '../support/still-clock';

test.serial('what slices have taken is counted, without what the event loop does between and after them', async (t) => {
  const clock = stillClock(t);
  const slicer = new Slicer(1);
  const others: number[] = [];
  const beside = setInterval(() => others.push((clock.later += 1000)), 0);
  t.teardown(() => clearInterval(beside));
  function* work(): Sliced {
    for (let i = 0; i < 20; i++) {
      clock.later += 0.75;
      yield;
    }
  }
  for (const expected of [15, 30]) {
    await slicer.rest();
    await slicer.run(work());
    t.is(Math.round(slicer.usedMs), expected);
    // Whoever waits for the next interval takes no time either.
    while (others.length < 3 * expected) await new Promise((resolve) => setTimeout(resolve, 1));
    t.is(Math.round(slicer.usedMs), expected);
  }
});

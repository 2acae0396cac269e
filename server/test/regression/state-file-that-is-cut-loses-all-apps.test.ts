/** A state file that was cut anywhere lost the sums of all apps. */
import { truncateSync } from 'node:fs';
import test from 'ava';
import { contentsOf, isNearStep, sampleFile } from '../workers/cluster/state/state-files';

test('wherever the file is cut, all complete records are kept', async (t) => {
  const file = await sampleFile(t);
  const bytes = file.bytes();
  const steps = file.steps.map((step) => ({ ...step, contents: contentsOf(step.states) }));
  for (let size = bytes.length; size >= 0; size--) {
    if (size % 101 !== 0 && !isNearStep(file, size)) continue;
    truncateSync(file.path, size);
    const loaded = file.load();
    const step = steps.findLast((one) => one.size <= size);
    t.is(loaded.refused, undefined);
    t.false(loaded.keepAside);
    t.is(loaded.end?.size, step?.size);
    t.is(loaded.problems.length, step === undefined || step.size === size ? 0 : 1);
    t.deepEqual(contentsOf(loaded.states), step?.contents ?? {});
  }
});

import test from 'ava';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { SCALAR_VALUE } from '../../../../core/snapshot';
import { encode, familyOf, point, read, series } from '../collections';
import { deltaCounter } from './metrics';

test('small pages of series with deltas are joined, and each series is found at its new place', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100_000, forgetAfterMs: 1e9 });
  const objects = series(1500);
  const releases: (() => void)[] = [];
  let known = 1100;
  for (let step = 0; known < objects.length; step++) {
    const points = objects.slice(0, known).map((one) => point({ ...one }, 1));
    const snapshot = await encode(encoder, deltaCounter('c', points));
    if (step % 3 === 0) releases.push(encoder.hold(snapshot));
    else releases.shift()?.();
    t.true(familyOf(snapshot).pages.length < 12, `${familyOf(snapshot).pages.length} pages`);
    t.is(read(snapshot).size, known);
    for (const [text, numbers] of read(snapshot)) {
      const { id } = JSON.parse(text) as { id: number };
      const since = Math.max(0, Math.ceil((id + 1 - 1100) / 7));
      if (numbers[SCALAR_VALUE] !== step + 1 - since) t.fail(`${text} has ${numbers[SCALAR_VALUE]} in step ${step}`);
    }
    known += 7;
  }
});

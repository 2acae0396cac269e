/** A flipped bit in the state file gave wrong sums, and nothing said so. */
import { writeFileSync } from 'node:fs';
import test from 'ava';
import { contentOf, isNearStep, sampleFile, type States } from '../workers/cluster/state/state-files';

test('a flipped bit is found, and each app has what it had before, or later by a whole state', async (t) => {
  const file = await sampleFile(t);
  const bytes = file.bytes();
  const texts = (states: States): [string, string][] =>
    [...states].map(([app, state]) => [app, JSON.stringify(contentOf(state))]);
  const possible = new Map<string, Set<string>>();
  for (const { states } of file.steps) {
    for (const [app, text] of texts(states)) possible.set(app, (possible.get(app) ?? new Set<string>()).add(text));
  }
  for (let at = 0; at < bytes.length; at++) {
    if (at % 101 !== 0 && !isNearStep(file, at)) continue;
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 1 << (at % 8);
    writeFileSync(file.path, flipped);
    const loaded = file.load();
    t.true(loaded.keepAside || loaded.problems.length > 0, `byte ${at}`);
    for (const [app, text] of texts(loaded.states)) t.true(possible.get(app)?.has(text), `byte ${at}, ${app}`);
  }
});

/** A configuration that nested 100,000 levels deep ended the start with a stack in place of a sentence. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { isRefused } from '../main-process';
import { temporaryFolder } from '../workers/cluster/state/state-files';

test('a value that nests deep is named with what is expected in its place', async (t) => {
  const deep = join(temporaryFolder(t), 'deep.json');
  writeFileSync(deep, `{"port":${'['.repeat(100_000)}${']'.repeat(100_000)},"\\u001b[2Jx":1}`);
  // Later versions of Node.js make a text of it, which is cut.
  const line = /port in .*deep\.json is (?:nested too deep|\[{50,200}…), expected a whole number/;
  await isRefused(t, { PM2_METRICS_CONFIG: deep }, line);
});

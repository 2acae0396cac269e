/** The test files that docs/reliability.md names exist, and it names each regression test. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import test from 'ava';
import picomatch from 'picomatch';
import { root } from './packed';

test('each test file that docs/reliability.md names is there', async (t) => {
  const text = await readFile(join(root, 'docs/reliability.md'), 'utf8');
  const named = new Set(text.match(/(?:server\/)?test\/[\w/.*-]+\.ts/g));
  t.true(named.size > 20);
  for (const file of named) {
    const files = await readdir(join(root, dirname(file)));
    const isNamed = picomatch(basename(file));
    t.true(
      files.some((name) => isNamed(name)),
      file,
    );
  }
});

test('docs/reliability.md names each regression test', async (t) => {
  const text = await readFile(join(root, 'docs/reliability.md'), 'utf8');
  for (const folder of ['test/regression', 'server/test/regression']) {
    const files = (await readdir(join(root, folder))).filter((name) => name.endsWith('.test.ts'));
    t.true(files.length > 5);
    for (const file of files) t.true(text.includes(`\`${folder}/${file}`), file);
  }
});

/** The linter knows circles of imports, which it cannot see in one file: files of a folder are planted. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { root } from './packed';

const OXLINT = join(root, 'node_modules', 'oxlint', 'bin', 'oxlint');

/** The files in which the linter reports a circle, if these files with these texts were all. */
async function filesInCircles(t: ExecutionContext, texts: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'circles-'));
  t.teardown(() => rm(folder, { recursive: true }));
  for (const [file, text] of Object.entries(texts)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const args = [OXLINT, '--config', join(root, '.oxlintrc.json'), '--format', 'json', '.'];
  const { stdout, status } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  const { diagnostics } = JSON.parse(stdout) as { readonly diagnostics: readonly Diagnostic[] };
  t.is(status, diagnostics.length > 0 ? 1 : 0, stdout);
  for (const { code } of diagnostics) t.is(code, 'import(no-cycle)');
  return diagnostics.map(({ filename }) => filename.replaceAll('\\', '/')).sort();
}

interface Diagnostic {
  readonly code: string;
  readonly filename: string;
}

test('two files that take only types from each other are a circle', async (t) => {
  const texts = {
    'tree.ts': "import type { Leaf } from './leaf';\nexport interface Tree { readonly leaves: readonly Leaf[] }",
    'leaf.ts': "import type { Tree } from './tree';\nexport interface Leaf { readonly of: Tree }",
  };
  t.deepEqual(await filesInCircles(t, texts), ['leaf.ts', 'tree.ts']);
});

test('a circle may lead through several files and folders, and through a type that is passed on', async (t) => {
  const texts = {
    'tree.ts': "import { grow } from './growth/grow';\nexport interface Tree { size: number }\ngrow({ size: 1 });",
    'growth/grow.ts': "import type { Tree } from './types';\nexport function grow(tree: Tree): void { tree.size++; }",
    'growth/types.ts': "export type { Tree } from '../tree';",
    'alone.ts': "import type { Tree } from './tree';\nexport const trees: Tree[] = [];",
  };
  t.deepEqual(await filesInCircles(t, texts), ['growth/grow.ts', 'growth/types.ts', 'tree.ts']);
});

test('files that import one file are no circle', async (t) => {
  const texts = {
    'tree.ts':
      "import type { Branch } from './branch';\nimport type { Leaf } from './leaf';\nexport type Part = Branch | Leaf;",
    'branch.ts': "import type { Leaf } from './leaf';\nexport interface Branch { readonly leaves: readonly Leaf[] }",
    'leaf.ts': 'export interface Leaf { readonly size: number }',
  };
  t.deepEqual(await filesInCircles(t, texts), []);
});

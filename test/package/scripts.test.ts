/** The scripts by which `npm start`, `npm test` and CI run their programs. */
import { spawnSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { root } from './packed';

/** A project with our scripts and dependencies, and next to no code. */
async function project(t: ExecutionContext): Promise<(script: string, ...args: string[]) => [number | null, string]> {
  const folder = await mkdtemp(join(tmpdir(), 'scripts-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  for (const part of ['scripts', 'package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json']) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
  for (const name of ['core', 'protocol', 'server/protocol', 'examples']) {
    await mkdir(join(folder, name), { recursive: true });
  }
  for (const part of ['server/package.json', 'server/web', 'CHANGELOG.md', 'SECURITY.md', 'docs', 'grafana']) {
    await cp(join(root, part), join(folder, part), { recursive: true });
  }
  await mkdir(join(folder, 'server/src/options'), { recursive: true });
  await writeFile(join(folder, 'server/src/options/schema.ts'), 'export const configSchema = () => ({});');
  const { entryFiles } = require(join(root, 'scripts/bundle.js')) as { readonly entryFiles: readonly string[] };
  for (const file of entryFiles) {
    await mkdir(join(folder, dirname(file)), { recursive: true });
    await writeFile(join(folder, file), 'export default 1;');
  }
  await writeFile(join(folder, 'src/index.ts'), 'export const one: number = 1;');
  await writeFile(join(folder, 'src/other.ts'), 'export const two: number = 2;');
  await writeFile(
    join(folder, 'examples/demo.js'),
    'console.log(process.argv.slice(2).join("|"), require.main === module); process.exitCode = 7;',
  );
  t.context = folder;
  return (script, ...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join('scripts', script), ...args], {
      cwd: folder,
      encoding: 'utf8',
    });
    return [status, stderr + stdout];
  };
}

test('npm start builds what is missing or stale, once, and hands arguments and exit code through', async (t) => {
  const node = await project(t);
  const folder = t.context as string;
  const demo = '--series|100000 true\n';
  t.deepEqual(node('start.js', '--series', '100000'), [7, `> npm run build\n${demo}`]);
  t.deepEqual(node('start.js', '--series', '100000'), [7, demo]);

  const future = new Date(Date.now() + 1000);
  await utimes(join(folder, 'src/index.ts'), future, future);
  t.deepEqual(node('start.js', '--series', '100000'), [7, `> npm run build\n${demo}`]);
});

test('the compiled file of a source that is gone is removed', async (t) => {
  const node = await project(t);
  const folder = t.context as string;
  t.is(node('build.js')[0], 0);
  t.true(existsSync(join(folder, 'build/src/other.js')));
  await rm(join(folder, 'src/other.ts'));
  t.deepEqual(node('start.js'), [7, '> npm run build\n true\n']);
  t.false(existsSync(join(folder, 'build/src/other.js')));
  t.false(existsSync(join(folder, 'build/src/other.d.ts')));
  t.true(existsSync(join(folder, 'dist/src/index.js')));
});

test('what does not compile is not started', async (t) => {
  const node = await project(t);
  await writeFile(join(t.context as string, 'src/index.ts'), 'export const one: string = 1;');
  const [status, output] = node('start.js');
  t.is(status, 2);
  t.regex(output, /src\/index\.ts\(1,14\): error TS2322/);
  t.notRegex(output, /true/);
});

function summary(tap: string): [number | null, string | undefined] {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'scripts/tap-summary.js')], {
    input: tap,
    encoding: 'utf8',
  });
  return [status, stdout.trimEnd().split('\n').at(-1)];
}

test('CI gets the totals of what has run', (t) => {
  t.deepEqual(summary('TAP version 13\nok 1 - a › b\n#   not ok 2 - said a test\nok 2 - c\n\n1..2\n'), [
    0,
    '2 passed, 0 failed',
  ]);
  t.deepEqual(summary('ok 1 - a\nok 2 - b # SKIP\nnot ok 3 - c # TODO\n1..3\n'), [0, '1 passed, 0 failed, 2 skipped']);
  t.deepEqual(summary('ok 1 - a\nnot ok 2 - b\n  ---\n    name: Error\n  ...\n1..2\n'), [1, '1 passed, 1 failed']);
});

test('a run that crashed, or had no tests, has failed', (t) => {
  t.deepEqual(summary('ok 1 - a\n'), [1, '1 passed, 1 failed']);
  t.deepEqual(summary('1..0\n'), [1, '0 passed, 0 failed']);
  t.deepEqual(summary(''), [1, '0 passed, 1 failed']);
});

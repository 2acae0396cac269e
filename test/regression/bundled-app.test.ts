/**
 * An app in a bundle. The exporter's worker threads load a file of the package, which a bundle does not contain: the
 * exporter threw there, or a thread loaded an unrelated file of the app.
 */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { built, PROJECT } from '../support/built';
import { IN_BUNDLE, PACKAGE, PRELOAD_IN_BUNDLE, whatToDo } from '../support/bundled-lines';

/** It takes itself for a process of PM2's, as test/package/consumers/loaded.cjs does, and ends when it has nothing to do. */
const APP = `
process.env.pm_id = '0';
process.send ??= () => true;
const lines = [];
const note = (line) => void lines.push(line);
const logger = { debug() {}, info: note, warn: note, error: note };
const collect = () => ({ resource: { attributes: {} }, scopeMetrics: [] });
const exporter = startPm2Exporter({ collect, intervalMs: 100, logger });
const { active } = exporter;
setTimeout(async () => {
  await exporter.stop();
  console.log(JSON.stringify({ active, lines }));
}, 500);
`;
const SOURCES = {
  'main.cjs': `const { startPm2Exporter } = require('${PACKAGE}');${APP}`,
  'main.mjs': `import { startPm2Exporter } from '${PACKAGE}';${APP}`,
};

test.before(built);

for (const format of ['cjs', 'esm'] as const) {
  test(`with the package in a bundle (${format}) the app runs, and one line says what to do`, async (t) => {
    const folder = await project(t);
    const file = await bundle({ folder, format, external: [] });
    t.deepEqual(await run(file), { active: false, lines: [IN_BUNDLE] });
  });

  test(`with the package outside of the bundle (${format}) the exporter is active`, async (t) => {
    const folder = await project(t);
    const file = await bundle({ folder, format, external: [PACKAGE] });
    t.deepEqual(await run(file), { active: true, lines: [] });
  });
}

for (const place of ['workers', '../workers']) {
  test(`an app's own ${place}/worker.js is not loaded for the exporter's`, async (t) => {
    const folder = await project(t);
    await mkdir(join(folder, place), { recursive: true });
    await writeFile(join(folder, place, 'worker.js'), "throw new Error('a worker of the app');");
    const file = await bundle({ folder, format: 'cjs', external: [] });
    t.deepEqual(await run(file), { active: false, lines: [IN_BUNDLE] });
  });
}

test("a bundled preload says what to do in one line, and does not load an app's own preload.js", async (t) => {
  const folder = await project(t);
  const ready = "process.env.pm_id = '0'; process.send ??= () => true;";
  await writeFile(join(folder, 'ready.cjs'), ready);
  await writeFile(
    join(folder, 'main.cjs'),
    `require('./ready.cjs'); require('${PACKAGE}/register'); console.log('{}');`,
  );
  const file = await bundle({ folder, format: 'cjs', external: [] });
  await writeFile(join(dirname(file), 'preload.js'), "throw new Error('a preload of the app');");
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
  t.is(stdout, '{}\n');
  t.is(stderr, `${PRELOAD_IN_BUNDLE}\n`);
});

test("a copy of the package without the worker threads' file is inactive and names that file", async (t) => {
  const folder = await project(t);
  const installed = join(folder, 'node_modules', PACKAGE);
  await rm(installed);
  // The files that Next.js copies for `output: 'standalone'`.
  for (const one of ['package.json', 'dist/src']) {
    await cp(join(PROJECT, one), join(installed, one), { recursive: true });
  }
  const file = await bundle({ folder, format: 'cjs', external: [PACKAGE] });
  const missing = join(installed, 'dist', 'workers', 'worker.js');
  const line = whatToDo(`not at ${missing}, since the package was copied without this file`);
  t.deepEqual(await run(file), { active: false, lines: [line] });
});

/** @returns the folder of an app that the package is installed in. The folder above it is the test's own as well. */
async function project(t: ExecutionContext): Promise<string> {
  // Its true path: the bundler and Node.js follow links, such as the one of the temporary folder of macOS.
  const root = await realpath(await mkdtemp(join(tmpdir(), 'bundled-')));
  t.teardown(() => rm(root, { recursive: true }));
  const folder = join(root, 'app');
  // Beside the package lie its dependencies, as npm installs them: a bundle finds piscina, which it loads by name.
  for (const [name, target] of [
    [PACKAGE, PROJECT],
    ...['piscina', '@pm2/io'].map((one) => [one, join(PROJECT, 'node_modules', one)] as const),
  ] as const) {
    const installed = join(folder, 'node_modules', name);
    await mkdir(dirname(installed), { recursive: true });
    await symlink(target, installed, 'junction');
  }
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'app', private: true }));
  for (const [name, source] of Object.entries(SOURCES)) await writeFile(join(folder, name), source);
  return folder;
}

interface BundleOptions {
  readonly folder: string;
  readonly format: 'cjs' | 'esm';
  readonly external: string[];
}

/** @returns the file of the bundle, of which Node.js decides by its name whether it is an ES module */
async function bundle({ folder, format, external }: BundleOptions): Promise<string> {
  const { rolldown } = await import('rolldown');
  const input = join(folder, format === 'cjs' ? 'main.cjs' : 'main.mjs');
  const bundled = await rolldown({ cwd: folder, input, external, platform: 'node', logLevel: 'silent' });
  const name = format === 'cjs' ? 'main.js' : 'main.mjs';
  await bundled.write({ dir: join(folder, 'dist'), format, entryFileNames: name });
  await bundled.close();
  return join(folder, 'dist', name);
}

/** Rejects unless the app ends by itself with code 0. */
async function run(file: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [file], { timeout: 60_000 });
  return JSON.parse(stdout);
}

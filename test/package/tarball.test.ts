/** The package as a user gets it: what is in it, how it resolves, and that it works with nothing else installed. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { satisfies } from 'semver';
import { missingLinks, sizeOf } from './contents';
import { install, pack, root, run, runScript, type Installed, type Packed } from './packed';

let packed: Packed;
let consumer: Installed;
let installed: string;

test.before(async () => {
  packed = await pack();
  consumer = await install([packed.tarball]);
  installed = join(consumer.folder, 'node_modules/@mashroom/mashroom-monitoring-pm2-exporter');
});

test.after.always(async () => {
  await packed?.remove();
  await consumer?.remove();
});

test('publint finds nothing', async (t) => {
  const { code, stdout, stderr } = await runScript(root, 'publint/src/cli.js', packed.tarball, '--strict');
  t.is(code, 0, stdout + stderr);
});

test('types resolve in every way that attw knows', async (t) => {
  const { code, stdout, stderr } = await runScript(root, '@arethetypeswrong/cli/dist/index.js', packed.tarball);
  t.is(code, 0, stdout + stderr);
});

test('the package holds what users need and nothing else', (t) => {
  t.deepEqual(packed.files.filter((file) => !file.startsWith('docs/')).toSorted(), [
    'CHANGELOG.md',
    ...(existsSync(join(root, 'CONTRIBUTING.md')) ? ['CONTRIBUTING.md'] : []),
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'collector/mashroom.json',
    'collector/package.json',
    'dist/THIRD-PARTY-LICENSES.txt',
    'dist/src/collector.js',
    'dist/src/exporter.js',
    'dist/src/index.d.ts',
    'dist/src/index.js',
    'dist/src/mashroom.js',
    'dist/src/opentelemetry.d.ts',
    'dist/src/opentelemetry.js',
    'dist/src/preload.js',
    'dist/src/prom-client.d.ts',
    'dist/src/prom-client.js',
    'dist/src/reader.js',
    'dist/src/register.d.ts',
    'dist/src/register.js',
    'dist/src/registries.js',
    'dist/src/requests.js',
    'dist/src/rolldown-runtime.js',
    'dist/workers/worker.js',
    'mashroom.json',
    'package.json',
    'schemas/mashroom-monitoring-metrics-collector.schema.json',
    'schemas/mashroom-monitoring-pm2-exporter.schema.json',
    'schemas/mashroom-server-config.schema.json',
  ]);
});

test('the package brings every document that its README links', async (t) => {
  t.deepEqual(await missingLinks(installed), []);
});

test('the package has what docs/sources.md names', async (t) => {
  t.deepEqual(await missingLinks(installed, 'docs/sources.md'), []);
  const text = await readFile(join(installed, 'docs/sources.md'), 'utf8');
  const entries = new Set(text.match(/(?<=')@mashroom\/mashroom-monitoring-pm2-exporter[\w/-]*(?=')/g));
  t.is(entries.size, 4);
  for (const entry of entries) {
    const { code, stderr } = await run(consumer.folder, process.execPath, '-e', `require('${entry}')`);
    t.is(code, 0, stderr);
  }
});

test('it takes at most 30 packages and 5 MB, and each of them runs on Node.js 20.19', async (t) => {
  const { packages, bytes } = await sizeOf(consumer.folder);
  t.log(`${packages.length} packages, ${(bytes / 1e6).toFixed(2)} MB`);
  t.true(packages.length <= 30, packages.map(({ name }) => name).join(', '));
  t.true(bytes <= 5e6, String(bytes));
  for (const { name, node } of packages) t.true(satisfies('20.19.0', node), `${name} asks for ${node}`);
});

test('npm installs it without a warning', (t) => {
  t.notRegex(consumer.output, /warn|deprecated/i);
});

test('Mashroom finds the plugin definition and the bootstrap function in it', async (t) => {
  const definition = JSON.parse(await readFile(join(installed, 'mashroom.json'), 'utf8')) as {
    plugins: [{ bootstrap: string }];
  };
  const bootstrap = require(join(installed, definition.plugins[0].bootstrap)) as { default: unknown };
  t.is(typeof bootstrap.default, 'function');
});

test('Mashroom finds the collector in its folder, and it says what it lacks without the SDK', async (t) => {
  const { code, stdout, stderr } = await run(consumer.folder, process.execPath, 'collector.cjs');
  t.is(code, 0, stderr);
  t.regex(stdout, /the package @opentelemetry\/sdk-metrics is missing.*npm install @opentelemetry\/sdk-metrics@2/);
  t.regex(stdout, /services: counter,histogram,addObservableCallback,/);
  t.regex(stdout, /middleware: 3 parameters/);
});

test('a user of the package gets no pm2, and a process loads few files of few packages', async (t) => {
  const { packages } = await sizeOf(consumer.folder);
  const names = packages.map(({ name }) => name);
  for (const name of ['pm2', 'fastify', 'pino', 'commander', '@opentelemetry/api']) t.false(names.includes(name), name);
  const { code, stdout, stderr } = await run(consumer.folder, process.execPath, 'loaded.cjs');
  t.is(code, 0, stderr);
  const { active, files } = JSON.parse(stdout) as { active: boolean; files: string[] };
  t.true(active);
  t.true(files.some((file) => file.includes('/node_modules/piscina/')));
  t.deepEqual(files.filter((file) => file.includes('/mashroom-monitoring-pm2-exporter/')).length, 2);
});

for (const script of ['plain.cjs', 'plain.mjs', 'reader.cjs', 'reader.mjs']) {
  test(`${script} uses the package and ends by itself`, async (t) => {
    const { code, stdout, stderr } = await run(consumer.folder, process.execPath, script);
    t.is(code, 0, stderr);
    t.regex(stdout, /active: false\n$/);
  });
}

for (const script of ['registry.cjs', 'registry.mjs']) {
  test(`${script} uses the source of prom-client's metrics`, async (t) => {
    const { code, stdout, stderr } = await run(consumer.folder, process.execPath, script);
    t.is(code, 0, stderr);
    t.is(stdout, '3\n');
  });
}

for (const flag of ['--require', '--import']) {
  test(`${flag} finds the preload by its name`, async (t) => {
    const preload = '@mashroom/mashroom-monitoring-pm2-exporter/register';
    const { code, stdout, stderr } = await run(consumer.folder, process.execPath, flag, preload, 'preloaded.cjs');
    t.is(code, 0, stderr);
    t.is(stdout, 'ran\n');
    t.regex(stderr, /^\[pm2-exporter\] PM2 has not started this process .*\n$/);
  });
}

test('TypeScript users find types as CommonJS and as ES modules', async (t) => {
  const types = ['--typeRoots', join(root, 'node_modules/@types')];
  const { code, stdout } = await runScript(consumer.folder, 'typescript/bin/tsc', '-p', 'tsconfig.json', ...types);
  t.is(code, 0, stdout);
});

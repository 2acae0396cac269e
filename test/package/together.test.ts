/** Both packages in one project, installed by npm; the folder `matrix` has the other package managers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { satisfies } from 'semver';
import { missingLinks, sizeOf } from './contents';
import { hasBootstrap, worksUnderPm2 } from './installed';
import { install, pack, root, run, runScript, type Installed, type Packed } from './packed';

let exporter: Packed;
let server: Packed;
let consumer: Installed;
let installed: string;

test.before(async () => {
  exporter = await pack();
  server = await pack('server');
  consumer = await install([exporter.tarball, server.tarball]);
  installed = join(consumer.folder, 'node_modules/pm2-cluster-metrics');
});

test.after.always(() => Promise.all([exporter, server, consumer].map((one) => one?.remove())));

test('npm installs both without a warning, and they work under PM2', async (t) => {
  t.notRegex(consumer.output, /warn|deprecated/i);
  await hasBootstrap(t, consumer.folder);
  await worksUnderPm2(t, consumer.folder);
});

test('publint finds nothing in the package of the metrics server', async (t) => {
  const { code, stdout, stderr } = await runScript(root, 'publint/src/cli.js', server.tarball, '--strict');
  t.is(code, 0, stdout + stderr);
});

test('the package of the metrics server holds what users need and nothing else', async (t) => {
  t.deepEqual(server.files.toSorted(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'dist/THIRD-PARTY-LICENSES.txt',
    'dist/src/main.js',
    'dist/web/app.css',
    'dist/web/app.js',
    'dist/web/index.html',
    'dist/workers/worker.js',
    'docs/dashboard.md',
    'docs/grafana.md',
    'docs/metrics-server.md',
    'docs/migration.md',
    'docs/protocol.md',
    'grafana/pm2-cluster.json',
    'grafana/pm2-process.json',
    'grafana/pm2-rules.yml',
    'package.json',
    'schemas/pm2-cluster-metrics.schema.json',
  ]);
  t.deepEqual(await missingLinks(installed), []);
});

test('every package that the metrics server brings runs on Node.js 20.19', async (t) => {
  const { packages, bytes } = await sizeOf(consumer.folder);
  t.log(`both: ${packages.length} packages, ${(bytes / 1e6).toFixed(2)} MB`);
  for (const { name, node } of packages) t.true(satisfies('20.19.0', node), `${name} asks for ${node}`);
});

test('the licences of all bundled packages are in the tarball', async (t) => {
  const text = await readFile(join(installed, 'dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  for (const name of [
    'fastify',
    '@fastify/bearer-auth',
    'avvio',
    'ajv',
    '@opentelemetry/exporter-prometheus',
    'preact',
    'uplot',
  ]) {
    t.regex(text, new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\((MIT|Apache-2\\.0)\\)$`, 'm'));
  }
});

test('its command is named as the package, and shows its version and all options', async (t) => {
  const bin = join(consumer.folder, 'node_modules/.bin/pm2-cluster-metrics');
  const version = await run(consumer.folder, process.execPath, bin, '--version');
  const { version: expected } = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as {
    version: string;
  };
  t.is(version.stdout, `${expected}\n`);
  const help = await run(consumer.folder, process.execPath, bin, '--help');
  t.regex(help.stdout, /^Usage: pm2-cluster-metrics/);
});

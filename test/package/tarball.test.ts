/** The package as a user gets it: what is in it, how it resolves, and that it works with nothing else installed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { install, pack, root, run, runScript, type Packed } from './packed';

let packed: Packed;
let consumer: Awaited<ReturnType<typeof install>>;
let installed: string;

test.before(async () => {
  packed = await pack();
  consumer = await install(packed.tarball);
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
  const compiled = /^dist\/(src|workers|protocol)\/.+\.(js|d\.ts|js\.map)$/;
  t.deepEqual(packed.files.filter((file) => !compiled.test(file)).toSorted(), [
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'SECURITY.md',
    'mashroom.json',
    'package.json',
    'schemas/mashroom-monitoring-pm2-exporter.schema.json',
  ]);
  for (const file of packed.files.filter((name) => name.endsWith('.js'))) {
    t.true(packed.files.includes(file.replace(/js$/, 'd.ts')), `types of ${file}`);
    t.true(packed.files.includes(`${file}.map`), `source map of ${file}`);
  }
});

test('source maps bring their sources, since the package has none', async (t) => {
  for (const file of packed.files.filter((name) => name.endsWith('.map'))) {
    const map = JSON.parse(await readFile(join(installed, file), 'utf8')) as { sourcesContent?: (string | null)[] };
    t.true(
      map.sourcesContent?.every((source) => typeof source === 'string'),
      file,
    );
  }
});

test('Mashroom finds the plugin definition and the bootstrap function in it', async (t) => {
  const definition = JSON.parse(await readFile(join(installed, 'mashroom.json'), 'utf8')) as {
    plugins: [{ bootstrap: string }];
  };
  const bootstrap = require(join(installed, definition.plugins[0].bootstrap)) as { default: unknown };
  t.is(typeof bootstrap.default, 'function');
});

test('a user of the package gets no pm2, and loads nothing of the metrics server', async (t) => {
  const lock = await readFile(join(consumer.folder, 'node_modules/.package-lock.json'), 'utf8');
  const names = Object.keys((JSON.parse(lock) as { packages: object }).packages);
  t.false(names.includes('node_modules/pm2'));
  t.true(names.includes('node_modules/fastify'));
  const { code, stdout, stderr } = await run(consumer.folder, process.execPath, 'loaded.cjs');
  t.is(code, 0, stderr);
  const { active, files } = JSON.parse(stdout) as { active: boolean; files: string[] };
  t.true(active);
  const of = (name: string) => files.filter((file) => file.includes(`/node_modules/${name}/`));
  t.deepEqual(['pm2', 'fastify', '@fastify', 'pino', 'commander', 'ajv'].flatMap(of), []);
  t.true(of('piscina').length > 0);
  t.deepEqual(
    files.filter((file) => file.includes('/src/server/')),
    [],
  );
});

for (const script of ['plain.cjs', 'plain.mjs']) {
  test(`${script} uses the package and ends by itself`, async (t) => {
    const { code, stdout, stderr } = await run(consumer.folder, process.execPath, script);
    t.is(code, 0, stderr);
    t.regex(stdout, /active: false\n$/);
  });
}

test('TypeScript users find types as CommonJS and as ES modules', async (t) => {
  const types = ['--typeRoots', join(root, 'node_modules/@types')];
  const { code, stdout } = await runScript(consumer.folder, 'typescript/bin/tsc', '-p', 'tsconfig.json', ...types);
  t.is(code, 0, stdout);
});

test('the worker thread has all that its tasks need', async (t) => {
  const { code, stdout, stderr } = await run(consumer.folder, process.execPath, 'tasks.cjs');
  t.is(code, 0, stderr);
  const [probes, ...replies] = JSON.parse(stdout) as object[];
  t.like(probes, { ok: true, probes: [{ name: 'visits[route=/]', value: 3 }] });
  for (const reply of replies) t.like(reply, { ok: false, code: 'DAEMON_UNREACHABLE' });
});

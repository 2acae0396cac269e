/** An app that a bundler has bundled as docs/configuration.md says, and one that it has put the exporter into. */
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { IN_BUNDLE, PACKAGE } from '../../support/bundled-lines';
import { withPm2 } from '../../support/pm2';
import { until } from '../../support/until';
import { startShop, visitShop, worksUnderPm2, type Shop } from '../installed';
import { install, pack, root, run, withNpm, type Installed, type Output, type Packed } from '../packed';

const [, section = ''] = /^## In a bundle$(.*?)^## /ms.exec(
  readFileSync(join(root, 'docs/configuration.md'), 'utf8'),
) ?? [''];

/** The column "what to write" of the row of a bundler. */
function documented(bundler: string): string {
  return found(`the row of ${bundler}`, new RegExp(`^\\| ${bundler} +\\| \`(.+?)\``, 'm'));
}

function documentedBlock(language: 'js' | 'sh'): string {
  return found(`the block of ${language}`, new RegExp(`^\`\`\`${language}$(.+?)^\`\`\`$`, 'ms'));
}

function found(what: string, pattern: RegExp): string {
  const [, text] = pattern.exec(section) ?? [];
  if (text === undefined) throw new Error(`docs/configuration.md, "In a bundle", is without ${what}`);
  return text;
}

interface Bundler {
  readonly packages: readonly string[];
  readonly app: Omit<Shop, 'port'>;
  /** @param written what the user has written for the exporter: an argument, or lines of the configuration */
  bundle(folder: string, written: string): Promise<Output>;
}

const SHOP = { script: 'bundled/shop.js' };
const NEXT = 'node_modules/next/dist/bin/next';
/** As test/package/bundled/shop.mjs: the other half of it stands in docs/configuration.md. */
const ROUTE = `
import { metrics } from '@opentelemetry/api';
export const dynamic = 'force-dynamic';
const visits = metrics.getMeter('shop').createCounter('visits');
export function GET() {
  visits.add(1, { route: '/' });
  return new Response('Welcome');
}
`;

const BUNDLERS: Readonly<Record<string, Bundler>> = {
  esbuild: {
    packages: ['esbuild'],
    app: SHOP,
    bundle(folder, written) {
      const args = ['shop.mjs', '--bundle', '--platform=node', '--outfile=bundled/shop.js'];
      return runNode(folder, 'node_modules/esbuild/bin/esbuild', ...args, ...(written === '' ? [] : [written]));
    },
  },
  webpack: {
    packages: ['webpack'],
    app: SHOP,
    async bundle(folder, written) {
      const output = "{ path: __dirname + '/bundled', filename: 'shop.js' }";
      const options = `mode: 'production', target: 'node', entry: './shop.mjs', output: ${output}, ${written}`;
      await writeFile(join(folder, 'webpack.config.cjs'), `module.exports = { ${options} };`);
      const ended = `(error, stats) => { if (error || stats.hasErrors()) throw error ?? new Error(stats.toString()); }`;
      return runNode(folder, '-e', `require('webpack')(require('./webpack.config.cjs'), ${ended})`);
    },
  },
  Rollup: {
    // Without them Rollup leaves every package outside.
    packages: ['rollup', ...['node-resolve', 'commonjs', 'json'].map((one) => `@rollup/plugin-${one}`)],
    app: SHOP,
    async bundle(folder, written) {
      const config = `
        import commonjs from '@rollup/plugin-commonjs';
        import json from '@rollup/plugin-json';
        import nodeResolve from '@rollup/plugin-node-resolve';
        const output = { file: 'bundled/shop.js', format: 'cjs' };
        const plugins = [nodeResolve({ preferBuiltins: true }), commonjs(), json()];
        export default { input: 'shop.mjs', output, plugins, ${written} };
      `;
      await writeFile(join(folder, 'rollup.config.mjs'), config);
      return runNode(folder, 'node_modules/rollup/dist/bin/rollup', '--config', 'rollup.config.mjs');
    },
  },
  'Next.js': {
    packages: ['next', 'react', 'react-dom'],
    app: { script: NEXT, args: ['start'] },
    async bundle(folder, written) {
      await mkdir(join(folder, 'app'), { recursive: true });
      await writeFile(join(folder, 'app/route.js'), ROUTE);
      await writeFile(join(folder, 'instrumentation.js'), documentedBlock('js'));
      await writeFile(join(folder, 'next.config.js'), `module.exports = { ${written} };`);
      return runNode(folder, NEXT, 'build');
    },
  },
};

let exporter: Packed;
let server: Packed;
const projects = new Map<string, Installed>();

test.before(async () => {
  // Next.js builds for it, where ava says "test".
  Object.assign(process.env, { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1' });
  exporter = await pack();
  server = await pack('server');
});

test.after.always(() => Promise.all([exporter, server, ...projects.values()].map((one) => one?.remove())));

for (const [name, { app, bundle }] of Object.entries(BUNDLERS)) {
  test.serial(`an app that ${name} bundles as documented works under PM2`, async (t) => {
    // The first one of a bundler installs it, and Next.js is 340 MB.
    t.timeout(600_000);
    const folder = await project(name);
    succeeded(t, await bundle(folder, documented(name)));
    await worksUnderPm2(t, folder, { ...app, port: await freePort() });
  });

  test.serial(
    `an app that ${name} bundles with the exporter inside runs on, and one line says what to do`,
    async (t) => {
      t.timeout(600_000);
      const folder = await project(name);
      succeeded(t, await bundle(folder, ''));
      await withPm2(7, async (pm2) => {
        const port = await freePort();
        await startShop(pm2, folder, { ...app, port });
        const lines = await until('a line of the exporter', () => {
          const all = pm2.logs('shop').split('\n');
          const ours = all.filter((line) => line.includes('[pm2-exporter]'));
          return ours.length > 0 ? ours : undefined;
        });
        t.deepEqual(lines, [`[pm2-exporter] ${IN_BUNDLE}`]);
        await visitShop(port);
        const [shop] = await pm2.list('shop');
        t.like(shop, { status: 'online', restarts: 0 });
      });
    },
  );
}

test.serial("Next.js' standalone server with the package put there as documented works under PM2", async (t) => {
  t.timeout(600_000);
  const folder = await project('Next.js');
  succeeded(t, await BUNDLERS['Next.js']!.bundle(folder, `output: 'standalone', ${documented('Next.js')}`));
  const commands = documentedBlock('sh').replace(new RegExp(`${PACKAGE}$`, 'm'), exporter.tarball);
  t.true(commands.includes(exporter.tarball));
  succeeded(t, await run(folder, 'sh', '-e', '-c', commands));
  await worksUnderPm2(t, folder, { script: '.next/standalone/server.js', port: await freePort() });
});

/** @returns the folder of the project of a bundler, which is installed once */
async function project(name: string): Promise<string> {
  const known = projects.get(name);
  if (known !== undefined) return known.folder;
  const packages = ['@opentelemetry/api', '@opentelemetry/sdk-metrics', ...BUNDLERS[name]!.packages];
  const files = join(root, 'test/package/bundled');
  const installed = await install([exporter.tarball, server.tarball, ...packages], withNpm(), files);
  projects.set(name, installed);
  return installed.folder;
}

function runNode(folder: string, ...args: string[]): Promise<Output> {
  return run(folder, process.execPath, ...args);
}

function succeeded(t: ExecutionContext, { code, stdout, stderr }: Output): void {
  t.is(code, 0, stdout + stderr);
}

/**
 * `npm run test:nodes`: the quick part of the suite on later Node.js versions than the one that runs.
 *
 * They come from the npm registry, which has the binary of each version as a package of its own. 190 MB each, so they
 * are kept out of the lock file and in a cache.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { ensureBuilt, ensureInstalled, root } = require('./ensure');
const { fetchNode, packageName } = require('./fetch-node');

/** Every line with long-term support after the oldest that `engines` names, and those that become one. */
const MAJORS = [22, 24, 26];
/** They start many processes, or take much memory, for minutes, and say little about the version. */
const SLOW = [
  'test/e2e/',
  'test/package/',
  'test/exporter-memory.test.ts',
  'test/pmx/own-metrics/pmx-metrics.test.ts',
  'server/test/e2e/',
  'server/test/rounds/pm2',
  'server/test/main.test.ts',
  'server/test/module.test.ts',
];
const ALSO = ['test/package/built.test.ts'];
/** @pm2/io in real processes of PM2, and the metrics server: the latest version stands for those between. */
const LATEST_ONLY = ['test/pmx/', 'server/test/'];

function quickTests(major) {
  const all = ['test', 'server/test']
    .flatMap((folder) =>
      fs.readdirSync(path.join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`),
    )
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.test.ts'));
  const slow = major === MAJORS.at(-1) ? SLOW : [...SLOW, ...LATEST_ONLY];
  const isQuick = (file) => !slow.some((path) => file.startsWith(path));
  return all.filter((file) => ALSO.includes(file) || isQuick(file));
}

ensureInstalled();
ensureBuilt();

const ava = path.join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
const extra = process.argv.slice(2);
const results = MAJORS.map((major) => {
  const binary = fetchNode(major);
  if (binary === undefined) return `Node.js ${major}: left out, ${packageName}@${major} could not be fetched`;
  const version = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`> Node.js ${version}`);
  // First in the path too: tests start processes of their own.
  const env = { ...process.env, PATH: `${path.dirname(binary)}${path.delimiter}${process.env.PATH}` };
  const run = spawnSync(binary, [ava, ...extra, ...quickTests(major)], { cwd: root, env, stdio: 'inherit' });
  if (run.status !== 0) process.exitCode = 1;
  return `Node.js ${version}: ${run.status === 0 ? 'passed' : 'FAILED'}`;
});
console.log(results.join('\n'));

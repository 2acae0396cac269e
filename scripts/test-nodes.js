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
/** End-to-end and package tests start many processes, for minutes, and say little about the version. */
const SLOW = ['test/e2e/', 'test/package/'];
const ALSO = ['test/package/built.test.ts'];
/** They take as long as all others together: the latest version stands for those in between. */
const LATEST_ONLY = [
  'test/pmx/pm2.test.ts',
  'test/exporter-memory.test.ts',
  'test/server/rounds/pm2.test.ts',
  'test/server/rounds/pm2-5.test.ts',
];

function quickTests(major) {
  const all = fs
    .readdirSync(path.join(root, 'test'), { recursive: true })
    .map((file) => `test/${file.replaceAll(path.sep, '/')}`)
    .filter((file) => file.endsWith('.test.ts'));
  const left = major === MAJORS.at(-1) ? [] : LATEST_ONLY;
  const isQuick = (file) => !left.includes(file) && !SLOW.some((folder) => file.startsWith(folder));
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

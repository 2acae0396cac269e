/**
 * `npm run test:nodes`: the quick part of the tests on later versions of Node.js than the oldest one in `engines`. With
 * `--quick`, each version has only what depends on Node.js most.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');
const { ensureBuilt, ensureInstalled, root } = require('./ensure');
const { fetchNode, MAJORS, packageName } = require('./fetch-node');
const { quickFiles } = require('./lib/suite');

/** On each version: worker threads and shared memory, PM2's daemon and messages, HTTP, the inspector, and the compiled code. */
const EACH = [
  ...['test/core/pool/', 'test/core/pm2/', 'test/pool/', 'test/ipc/', 'test/exporter.test.ts'],
  'test/blocked/stack.test.ts',
];
const BUILT = ['test/package/built.test.ts'];

const isQuick = process.argv.includes('--quick');

/** The latest version has the whole quick part; the versions between have what depends on Node.js most. */
function filesFor(major) {
  const quick = quickFiles();
  if (major === MAJORS.at(-1) && !isQuick) return [...quick, ...BUILT];
  return [...quick.filter((file) => EACH.some((start) => file.startsWith(start))), ...BUILT];
}

ensureInstalled();
ensureBuilt();

const extra = process.argv.slice(2).filter((arg) => arg !== '--quick');
const results = MAJORS.map((major) => {
  const binary = fetchNode(major);
  if (binary === undefined) return `Node.js ${major}: left out, ${packageName}@${major} could not be fetched`;
  const version = spawnSync(binary, ['--version'], { encoding: 'utf8' }).stdout.trim();
  console.log(`> Node.js ${version}`);
  // First in the path too: tests start processes of their own.
  const env = { ...process.env, PATH: `${path.dirname(binary)}${path.delimiter}${process.env.PATH}` };
  const args = [path.join(__dirname, 'test.js'), ...extra, ...filesFor(major)];
  const run = spawnSync(binary, args, { cwd: root, env, stdio: 'inherit' });
  if (run.status !== 0) process.exitCode = 1;
  return `Node.js ${version}: ${run.status === 0 ? 'passed' : 'FAILED'}`;
});
console.log(results.join('\n'));

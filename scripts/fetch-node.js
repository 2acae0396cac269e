/**
 * Other Node.js versions than the one that runs.
 *
 * They come from the npm registry, which has the binary of each version as a package of its own. 190 MB each, so they
 * are kept out of the lock file and in a cache.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { root } = require('./ensure');

const system = process.platform === 'win32' ? 'win' : process.platform;
const packageName = `node-${system}-${process.arch}`;

/** @returns {string | undefined} path of the binary; `undefined` where it could not be fetched */
function fetchNode(major) {
  const folder = path.join(root, 'node_modules', '.cache', 'nodes', String(major));
  const binary = path.join(folder, 'node_modules', packageName, 'bin', system === 'win' ? 'node.exe' : 'node');
  if (!fs.existsSync(binary)) {
    console.error(`> npm install ${packageName}@${major}`);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error'];
    const args = ['install', ...quiet, '--prefix', `"${folder}"`, `${packageName}@${major}`];
    spawnSync(['npm', ...args].join(' '), { cwd: folder, shell: true, stdio: ['inherit', 2, 2] });
  }
  return fs.existsSync(binary) ? binary : undefined;
}

module.exports = { fetchNode, packageName };

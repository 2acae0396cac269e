/**
 * Tools that only some tests need: other Node.js versions than the one that runs, and other package managers than npm.
 *
 * They come from the npm registry, which has the binary of each Node.js version as a package. They stay out of the lock
 * file, since a Node.js has 190 MB, and in a cache.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { root } = require('./ensure');

const system = process.platform === 'win32' ? 'win' : process.platform;
const packageName = `node-${system}-${process.arch}`;
/** Each line with long-term support after the oldest one in `engines`, and those that become one. */
const MAJORS = [22, 24, 26];

/** @returns {string | undefined} path of a file of the package; `undefined` if the package could not be fetched */
function fetchFile(cache, name, version, file) {
  const folder = path.join(root, 'node_modules', '.cache', ...cache, version);
  const found = path.join(folder, 'node_modules', name, file);
  if (!fs.existsSync(found)) {
    console.error(`> npm install ${name}@${version}`);
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "private": true }');
    const quiet = ['--no-audit', '--no-fund', '--no-package-lock', '--ignore-scripts', '--loglevel=error'];
    const args = ['install', ...quiet, '--prefix', `"${folder}"`, `${name}@${version}`];
    spawnSync(['npm', ...args].join(' '), { cwd: folder, shell: true, stdio: ['inherit', 2, 2] });
  }
  return fs.existsSync(found) ? found : undefined;
}

/** @returns {string | undefined} path of the binary; `undefined` if it could not be fetched */
function fetchNode(major) {
  return fetchFile(['nodes'], packageName, String(major), `bin/${system === 'win' ? 'node.exe' : 'node'}`);
}

/** The latest of each that runs on the oldest Node.js in `engines`. */
const MANAGERS = { pnpm: ['10', 'bin/pnpm.cjs'], yarn: ['1', 'bin/yarn.js'] };

/**
 * @param {'pnpm' | 'yarn'} name
 * @returns {string | undefined} path of its script; `undefined` if it could not be fetched
 */
function fetchManager(name) {
  const [version, file] = MANAGERS[name];
  return fetchFile(['managers', name], name, version, file);
}

module.exports = { fetchManager, fetchNode, MAJORS, packageName };

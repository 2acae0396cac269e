/**
 * Compiles the sources, checked, to build/ (which tests and benchmarks load parts of), and bundles them to dist/ and
 * server/dist/ (which are published). Removes what earlier builds have left in these folders.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { bundle } = require('./bundle');
const { root, stamp } = require('./ensure');

const OUTPUTS = ['build', 'dist', 'server/dist'];

async function build() {
  const started = new Date();
  const tsc = require.resolve('typescript/bin/tsc');
  const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
  await bundle();
  for (const folder of OUTPUTS) removeOlder(path.join(root, folder), started);
  // The time at which it began: what changed meanwhile is built again.
  fs.writeFileSync(stamp, '');
  fs.utimesSync(stamp, started, started);
}

/** In place of emptying the folders beforehand: a process that runs from there loads its worker threads at any time. */
function removeOlder(folder, started) {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && fs.statSync(file).mtime < started) fs.rmSync(file);
  }
}

void build();

/** Compiles to dist/ and removes what earlier compilations have left there: it has written all of its own anew. */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { root, stamp } = require('./ensure');

const started = new Date();
const tsc = require.resolve('typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

// Not emptied beforehand: a process that runs from dist/ loads its worker threads from there at any time.
for (const entry of fs.readdirSync(path.join(root, 'dist'), { recursive: true, withFileTypes: true })) {
  const file = path.join(entry.parentPath, entry.name);
  if (entry.isFile() && fs.statSync(file).mtime < started) fs.rmSync(file);
}

// The time at which it began: what changed meanwhile is built again.
fs.writeFileSync(stamp, '');
fs.utimesSync(stamp, started, started);

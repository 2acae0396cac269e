/** Compiles to dist/ and removes what sources that are gone have left there. */
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
  const source = path.join(root, path.relative(path.join(root, 'dist'), file));
  const origin = source.replace(/(\.d)?\.(js|ts)(\.map)?$/, '.ts');
  if (entry.isFile() && file !== stamp && !fs.existsSync(origin)) fs.rmSync(file);
}

// The time at which it began: what changed meanwhile is built again.
fs.writeFileSync(stamp, '');
fs.utimesSync(stamp, started, started);

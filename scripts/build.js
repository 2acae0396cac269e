/**
 * Compiles the sources, checked, to build/ (from which tests and benchmarks load parts), and bundles them to dist/ and
 * server/dist/, which are published. Removes the files of earlier builds from these folders. Beside server/dist/ it puts
 * the documents and the schema that the package has from elsewhere in the repository.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { bundle } = require('./bundle');
const { root, serverDocuments, stamp } = require('./ensure');

const OUTPUTS = ['build', 'dist', 'server/dist'];

async function build() {
  const started = new Date();
  const tsc = require.resolve('typescript/bin/tsc');
  const compiled = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
  await bundle();
  for (const folder of OUTPUTS) removeOlder(path.join(root, folder), started);
  addToServer();
  // The time of the beginning: a source that changed during the build is built again.
  fs.writeFileSync(stamp, '');
  fs.utimesSync(stamp, started, started);
}

function addToServer() {
  for (const file of serverDocuments) {
    fs.cpSync(path.join(root, file), path.join(root, 'server', file), { recursive: true });
  }
  const { configSchema } = require('../build/server/src/options/schema.js');
  fs.mkdirSync(path.join(root, 'server/schemas'), { recursive: true });
  const text = `${JSON.stringify(configSchema(), undefined, 2)}\n`;
  fs.writeFileSync(path.join(root, 'server/schemas/pm2-cluster-metrics.schema.json'), text);
}

/** The folders are not emptied first: a process that runs from there may load a worker thread at any time. */
function removeOlder(folder, started) {
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && fs.statSync(file).mtime < started) fs.rmSync(file);
  }
}

void build();

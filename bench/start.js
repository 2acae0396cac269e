/** `npm run bench`: the benchmarks, on a fresh clone too. The peers are installed beside them, not with the project. */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { ensureBuilt, ensureInstalled, root } = require('../scripts/ensure');
const { fetchNode } = require('../scripts/fetch-node');

const folder = path.join(root, 'bench');
/** The oldest one that @prometheus-io/client supports. */
const PEER_NODE = 22;

function packagesOf(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(folder, file), 'utf8')).packages;
  } catch {
    return undefined;
  }
}

/** By contents, as scripts/ensure.js does it for the project. */
function arePeersInstalled() {
  const present = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json') ?? {}).every(
    ([where, { integrity, optional }]) => where === '' || optional || present?.[where]?.integrity === integrity,
  );
}

ensureInstalled();
ensureBuilt();
if (!arePeersInstalled()) {
  console.error('> npm ci in bench/');
  const install = 'npm ci --no-audit --no-fund --ignore-scripts --loglevel=error';
  const { status } = spawnSync(install, { cwd: folder, shell: true, stdio: ['inherit', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}

const { bench } = require('./run');

bench({
  peerNode: () => (Number(process.versions.node.split('.')[0]) >= PEER_NODE ? process.execPath : fetchNode(PEER_NODE)),
}).catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

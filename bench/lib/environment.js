'use strict';

/** The environment that the numbers depend on: machine, system, versions. */

const { execFileSync } = require('node:child_process');
const { readFileSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const ROOT = path.join(__dirname, '../..');
const PACKAGES = {
  '.': ['@opentelemetry/sdk-metrics', '@opentelemetry/exporter-prometheus', 'pm2'],
  bench: ['prom-client', '@prometheus-io/client', 'autocannon'],
};

function environment(peerNode) {
  const [cpu] = os.cpus();
  const packages = Object.entries(PACKAGES).flatMap(([folder, names]) =>
    names.map((name) => {
      const file = path.join(ROOT, folder, 'node_modules', name, 'package.json');
      return [name, JSON.parse(readFileSync(file, 'utf8')).version];
    }),
  );
  return {
    machine: `${os.cpus().length} × ${cpu?.model.trim() ?? process.arch}, ${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release()}`,
    load: os
      .loadavg()
      .map((load) => load.toFixed(1))
      .join(' '),
    node: process.version,
    peerNode: peerNode && execFileSync(peerNode, ['--version'], { encoding: 'utf8' }).trim(),
    packages: Object.fromEntries(packages),
  };
}

function renderEnvironment({ machine, system, load, node, peerNode, packages }) {
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const peer = peerNode === undefined ? '' : `, ${peerNode} for @prometheus-io/client`;
  return [`${machine}, ${system}, load at the start ${load}`, `Node.js ${node}${peer}`, versions.join(', ')].join('\n');
}

module.exports = { environment, renderEnvironment };

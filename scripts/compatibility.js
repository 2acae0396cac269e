/**
 * `npm run compatibility`: the versions of Node.js, PM2 and libraries that the tests run with, as the table of
 * docs/sources.md. They are those of the lock file.
 */
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const semver = require('semver');
const { ensureInstalled, root } = require('./ensure');
const { MAJORS } = require('./fetch-node');

/** What a table row is of, and the names under which its versions are installed. */
const LIBRARIES = {
  PM2: ['pm2-5', 'pm2-6', 'pm2'],
  'Mashroom Server': ['@mashroom/mashroom'],
  '@opentelemetry/sdk-metrics': ['sdk-metrics-1', '@opentelemetry/sdk-metrics', 'sdk-metrics-3'],
  '@opentelemetry/exporter-metrics-otlp-http': ['@opentelemetry/exporter-metrics-otlp-http'],
  'prom-client': ['prom-client-14', 'prom-client'],
  '@prometheus-io/client': ['@prometheus-io/client'],
  '@platformatic/prom-client': ['@platformatic/prom-client'],
  '@opentelemetry/instrumentation-http': ['@opentelemetry/instrumentation-http'],
  '@opentelemetry/instrumentation-runtime-node': ['@opentelemetry/instrumentation-runtime-node'],
  'require-in-the-middle': ['require-in-the-middle'],
  'import-in-the-middle': ['import-in-the-middle'],
  Express: ['express', 'express-5'],
  Fastify: ['fastify'],
  TypeScript: ['typescript'],
};

function readJson(file) {
  return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
}

/** @returns {string[][]} rows of two cells: what, and its versions */
function compatibility() {
  const { packages } = readJson('package-lock.json');
  const oldest = semver.minVersion(readJson('package.json').engines.node);
  const describe = (name) => {
    const { version, engines } = packages[`node_modules/${name}`];
    const needs = engines?.node ?? '*';
    return semver.satisfies(oldest, needs) ? version : `${version} (with Node.js ${semver.minVersion(needs)} or later)`;
  };
  const rows = Object.entries(LIBRARIES).map(([what, names]) => [what, names.map(describe).join(', ')]);
  return [['Node.js', [`${oldest.major} (from ${oldest.major}.${oldest.minor} on)`, ...MAJORS].join(', ')], ...rows];
}

ensureInstalled();
const rows = [['', 'tested with'], ['---', '---'], ...compatibility()];
console.log(rows.map(([what, versions]) => `| ${what} | ${versions} |`).join('\n'));

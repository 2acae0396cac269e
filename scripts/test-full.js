/**
 * `npm run test:full`: all that `npm test` has, the matrices (versions of PM2, package managers, ends of processes), and
 * the later versions of Node.js. Scrapers that are missing make it fail. It takes most of an hour.
 */
'use strict';

const { spawnSync } = require('node:child_process');
const path = require('node:path');

const env = { REQUIRE_SCRAPERS: '1', ...process.env };

for (const [script, ...args] of [['test.js', '--full'], ['test-nodes.js']]) {
  const { status } = spawnSync(process.execPath, [path.join(__dirname, script), ...args], { env, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

/** The test files by what they need. */
'use strict';

const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..', '..');

/** These start many processes, or take much memory, for minutes. */
const SLOW = [
  'test/e2e/',
  'test/package/',
  'test/exporter-memory.test.ts',
  'test/pmx/own-metrics/pmx-metrics.test.ts',
  'test/pmx/pm2.test.ts',
  'server/test/e2e/',
  'server/test/rounds/pm2',
  'server/test/pm2/odd-hosts',
  'server/test/main.test.ts',
  'server/test/module.test.ts',
  // In a browser, which no version of Node.js changes.
  'server/test/web/page.test.ts',
];

/** @returns {string[]} all test files that run in seconds, as paths from the root */
function quickFiles() {
  return ['test', 'server/test']
    .flatMap((folder) =>
      fs.readdirSync(path.join(root, folder), { recursive: true }).map((file) => `${folder}/${file}`),
    )
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.test.ts') && !file.includes('/matrix/'))
    .filter((file) => !SLOW.some((slow) => file.startsWith(slow)));
}

module.exports = { quickFiles };

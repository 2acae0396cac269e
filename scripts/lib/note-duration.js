/** Loaded into each test process: notes how long the process of a test file has lived, which ava's TAP does not say. */
'use strict';

const { appendFileSync } = require('node:fs');
const path = require('node:path');
const { isMainThread } = require('node:worker_threads');

const root = path.resolve(__dirname, '../..');

if (isMainThread) {
  process.once('exit', () => {
    const file = Object.keys(require.cache).find((name) => name.endsWith('.test.ts'));
    // A process that a test has started loads no test file.
    if (file === undefined) return;
    appendFileSync(process.env.TEST_DURATIONS, `${process.uptime().toFixed(1)}\t${path.relative(root, file)}\n`);
  });
}

'use strict';

const path = require('node:path');

/** Matrix files run in the full run, see scripts/test.js, and when an argument names one of them. */
const withMatrix = process.env.TEST_MATRIX === '1' || process.argv.slice(2).some((arg) => arg.includes('matrix'));
const duration = path.join(__dirname, 'scripts', 'lib', 'note-duration.js');

module.exports = {
  extensions: { ts: 'commonjs' },
  files: ['test/**/*.test.ts', 'server/test/**/*.test.ts', ...(withMatrix ? [] : ['!**/matrix/**'])],
  // These reach the worker threads of the pools too, which ava's own `require` does not.
  nodeArguments: [
    '--require=ts-node/register/transpile-only',
    ...(process.env.TEST_DURATIONS === undefined ? [] : [`--require=${duration}`]),
  ],
  environmentVariables: {
    // TypeScript, as ts-node loads it, keeps a cache of its compiled code: without this, in the temporary folder.
    V8_COMPILE_CACHE_CACHE_DIR: path.join(__dirname, 'node_modules', '.cache', 'v8-compile-cache'),
    // TypeScript 6 and npm keep one as well, on Node.js 22 and later.
    NODE_DISABLE_COMPILE_CACHE: '1',
  },
  watchMode: { ignoreChanges: ['build/**', 'dist/**', 'server/dist/**', 'bench/**', 'docs/**', '.build.lock'] },
  workerThreads: false,
  // Tests with processes of their own wait for most of their time: one more than the two cores of CI.
  concurrency: Math.max(3, require('node:os').availableParallelism()),
  timeout: '3m',
};

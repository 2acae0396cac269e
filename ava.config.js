'use strict';

const path = require('node:path');

/** The full run has them, see scripts/test.js, and so has a run that names one of them. */
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
    // ts-node loads TypeScript by a cache of compiled code, which is in the temporary folder unless it is told another.
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

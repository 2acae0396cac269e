module.exports = {
  extensions: { ts: 'commonjs' },
  files: ['test/**/*.test.ts', 'server/test/**/*.test.ts'],
  // Reaches the worker threads of the pool too, which ava's own `require` does not.
  nodeArguments: ['--require=ts-node/register/transpile-only'],
  workerThreads: false,
  timeout: '3m',
};

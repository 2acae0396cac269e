'use strict';

/**
 * Runs a program until the parent process ends in any way, which closes this process's standard input.
 *
 * node tied.js <program> [arguments]
 */
const { spawn } = require('node:child_process');

const [program, ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
child.once('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
child.once('exit', (code) => process.exit(code ?? 1));

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
process.stdin.resume();
// Its stored data is not needed any more.
process.stdin.once('close', () => child.kill('SIGKILL'));

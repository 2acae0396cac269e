'use strict';

/**
 * Runs a program that ends with whoever has asked for it, however that one ends: the end of standard input tells.
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
// What it has stored is of no use to anybody.
process.stdin.once('close', () => child.kill('SIGKILL'));

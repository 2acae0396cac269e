/**
 * Waits for the end of the run of the tests that started it, which closes its standard input, then for the processes
 * that tidy up after that, and removes the run's folder.
 */
'use strict';

const { existsSync, readdirSync, rmSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');

/** The guard of a PM2 home waits 3 s for a daemon that is starting, and then up to 5 s for its end. */
const PATIENCE_MS = 15_000;

const [folder] = process.argv.slice(2);
const temporary = path.join(folder, 'tmp');

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

process.stdin.resume();
process.stdin.once('close', () => void sweep());

async function sweep() {
  for (let waited = 0; waited < PATIENCE_MS; waited += 100) {
    if (!existsSync(temporary) || readdirSync(temporary).length === 0) break;
    await sleep(100);
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

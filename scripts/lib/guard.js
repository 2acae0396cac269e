'use strict';

/** Waits for the end of its parent, then takes down the PM2 that the parent has left, if any. See pm2-home.js. */

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { takeDown } = require('./pm2-home');

const [folder, bin] = process.argv.slice(2);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

process.stdin.resume();
process.stdin.once('close', () => void cleanUp());

async function cleanUp() {
  // If the daemon was still starting when the parent ended, its pid file comes a moment later.
  for (
    let waited = 0;
    waited < 3000 && existsSync(folder) && !existsSync(join(folder, 'pm2', 'pm2.pid'));
    waited += 100
  )
    await sleep(100);
  if (existsSync(folder)) await takeDown(folder, bin);
}

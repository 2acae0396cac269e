'use strict';

/** Waits for the end of its parent, then takes down the PM2 that the parent has left, if any. See pm2-home.js. */

const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { createInterface } = require('node:readline');
const { setTimeout: sleep } = require('node:timers/promises');
const { takeDown } = require('./pm2-home');

const [folder, bin] = process.argv.slice(2);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

/** Commands of PM2 that are under way: without their daemon some of them never end. */
const commands = new Set();
createInterface({ input: process.stdin })
  .on('line', (line) => void (line[0] === '+' ? commands.add(line.slice(1)) : commands.delete(line.slice(1))))
  .once('close', () => void cleanUp());

async function cleanUp() {
  // If the daemon was still starting when the parent ended, its pid file comes later: on a busy machine much later.
  const patienceMs = commands.size > 0 ? 30_000 : 3000;
  for (
    let waited = 0;
    waited < patienceMs && existsSync(folder) && !existsSync(join(folder, 'pm2', 'pm2.pid'));
    waited += 100
  )
    await sleep(100);
  if (!existsSync(folder)) return;
  await takeDown(folder, bin);
  for (const pid of commands) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended.
    }
  }
}

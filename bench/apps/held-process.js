'use strict';

/**
 * A process with one reader, whose longest hold is measured. It has nothing else: each collection of garbage takes longer with
 * what a process keeps alive, and an application does not have two readers with a million series each.
 */

const { setTimeout: sleep } = require('node:timers/promises');
const { longestTurn } = require('../lib/recorder');
const { createProcess, warmUp } = require('../lib/recording-process');

async function main({ kind, size, reused, settleMs }) {
  const { change, cycle } = createProcess(kind, size, { reused });
  await warmUp({ change, cycle }, size);
  process.on('message', async ({ share }) => {
    change(share);
    globalThis.gc();
    await sleep(settleMs);
    process.send(await longestTurn(cycle));
  });
  process.send('ready');
}

process.on('disconnect', () => process.exit());
void main(JSON.parse(process.argv[2]));

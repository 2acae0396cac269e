'use strict';

/** The process that `run.ts` starts: runs the function that it gets as text. */
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { threads } = require('./threads');

/** Looks at the resources, 10 ms apart. */
const SETTLING_TURNS = 50;

const { WORK, ARGUMENT, TOLD, ROOT } = process.env;
for (const name of ['WORK', 'ARGUMENT', 'TOLD', 'ROOT']) delete process.env[name];

const host = {
  load: (file) => require(path.join(ROOT, file)),
  locate: (file) => require.resolve(path.join(ROOT, file)),
  require,
  tell: (value) => void process.stdout.write(`${TOLD}${JSON.stringify(value ?? null)}\n`),
  threads,
  async lastingResources() {
    // What is closing still counts, and goes within some turns of the event loop. What stays is in the shortest list.
    let least = process.getActiveResourcesInfo();
    for (let turn = 0; turn < SETTLING_TURNS; turn++) {
      await sleep(10);
      const now = process.getActiveResourcesInfo();
      if (now.length < least.length) least = now;
    }
    return least.sort();
  },
  async usedMb() {
    // Objects that the first collection frees may have held others, which only a later one can free.
    for (let i = 0; i < 5; i++) {
      globalThis.gc();
      await sleep(50);
    }
    // Shared memory is counted in `arrayBuffers` only, the memory of other buffers in `external` too.
    const { heapUsed, external, arrayBuffers } = process.memoryUsage();
    return (heapUsed + external + arrayBuffers) / (1 << 20);
  },
};

void (0, eval)(`(${WORK})`)(host, JSON.parse(ARGUMENT));

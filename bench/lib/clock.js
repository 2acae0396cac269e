'use strict';

/**
 * What the calling thread alone has cost and has had to wait for, so that neither worker threads nor other processes
 * are counted in. Linux tells it per thread; elsewhere the loop's busy time stands in and no waiting is known.
 */

const { setTimeout: sleep } = require('node:timers/promises');
const { threadClock } = require('../../examples/lib/thread-clock');

const read = threadClock() ?? (() => ({ ranMs: performance.eventLoopUtilization().active, waitedMs: 0 }));

/** How long this thread has waited for a CPU that others had. */
const waitedMs = () => read().waitedMs;
/** How long it has run, up to when it last went to sleep or the system last looked. */
const ranMs = () => read().ranMs;

/** Main-thread CPU time of some work, in milliseconds, garbage collection on this thread included. */
async function cpuMs(work) {
  // The system brings its count up to date when a thread goes to sleep.
  await sleep(2);
  const before = ranMs();
  await work();
  await sleep(2);
  return ranMs() - before - overhead;
}

let overhead = 0;

/** To be called once, so that what measuring itself takes is left out. */
async function calibrate() {
  const taken = [];
  overhead = 0;
  for (let i = 0; i < 50; i++) taken.push(await cpuMs(() => undefined));
  overhead = taken.sort((a, b) => a - b)[25];
}

/** Time that work without pauses has taken, without what the thread had to wait for a CPU. */
async function busyMs(work) {
  // The waiting is looked at within the time taken: it must not be more than that.
  const start = performance.now();
  const waited = waitedMs();
  await work();
  const waiting = waitedMs() - waited;
  return performance.now() - start - waiting;
}

module.exports = { busyMs, calibrate, cpuMs, ranMs, waitedMs };

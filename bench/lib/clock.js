'use strict';

/**
 * CPU time of the calling thread, and the time that it waited for a CPU. Worker threads and other processes are not
 * included. Linux reports both per thread. On other systems the event loop's active time replaces the CPU time, and the
 * waiting time is unknown, hence 0.
 */

const { setTimeout: sleep } = require('node:timers/promises');
const { threadClock } = require('../../scripts/lib/thread-clock');

const read = threadClock() ?? (() => ({ ranMs: performance.eventLoopUtilization().active, waitedMs: 0 }));

/** Milliseconds that this thread was ready to run but waited for a CPU. */
const waitedMs = () => read().waitedMs;
/** CPU time of this thread in milliseconds, up to its last sleep or the system's last update of the count. */
const ranMs = () => read().ranMs;

/** CPU time that work takes on this thread, in milliseconds, including garbage collection on this thread. */
async function cpuMs(work) {
  // The system updates its count when the thread goes to sleep.
  await sleep(2);
  const before = ranMs();
  await work();
  await sleep(2);
  return ranMs() - before - overhead;
}

let overhead = 0;

/** Measures the CPU time of `cpuMs` itself, which later measurements subtract. Call it once, before all of them. */
async function calibrate() {
  const taken = [];
  overhead = 0;
  for (let i = 0; i < 50; i++) taken.push(await cpuMs(() => undefined));
  overhead = taken.sort((a, b) => a - b)[25];
}

/** Milliseconds that work without pauses takes, without the time in which the thread waited for a CPU. */
async function busyMs(work) {
  // Read the waiting time inside the measured interval, so that it cannot be longer than the interval.
  const start = performance.now();
  const waited = waitedMs();
  await work();
  const waiting = waitedMs() - waited;
  return performance.now() - start - waiting;
}

module.exports = { busyMs, calibrate, cpuMs, ranMs, waitedMs };

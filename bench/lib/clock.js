'use strict';

/**
 * What the calling thread alone has cost and has had to wait for, so that neither worker threads nor other processes
 * are counted in. Linux tells it per thread; elsewhere the loop's busy time stands in and no waiting is known.
 */

const { openSync, readSync } = require('node:fs');
const { setTimeout: sleep } = require('node:timers/promises');

const buffer = Buffer.alloc(64);
const SPACE = 0x20;
const ZERO = 0x30;

const clock = { ranMs: 0, waitedMs: 0 };
const read = reader();

/** Read at every turn of the loop by some, so that it must not leave anything for the garbage collection. */
function reader() {
  let file;
  try {
    file = openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return () => {
      clock.ranMs = performance.eventLoopUtilization().active;
      return clock;
    };
  }
  return () => {
    readSync(file, buffer, 0, 64, 0);
    let at = 0;
    let ran = 0;
    let waited = 0;
    for (; buffer[at] !== SPACE; at++) ran = ran * 10 + (buffer[at] - ZERO);
    for (at++; buffer[at] !== SPACE; at++) waited = waited * 10 + (buffer[at] - ZERO);
    clock.ranMs = ran / 1e6;
    clock.waitedMs = waited / 1e6;
    return clock;
  };
}

/** How long this thread has waited for a CPU that others had. */
const waitedMs = () => read().waitedMs;

/** Main-thread CPU time of some work, in milliseconds, garbage collection on this thread included. */
async function cpuMs(work) {
  // The system brings its count up to date when a thread goes to sleep.
  await sleep(2);
  const { ranMs } = read();
  await work();
  await sleep(2);
  return read().ranMs - ranMs - overhead;
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

module.exports = { busyMs, calibrate, cpuMs, waitedMs };

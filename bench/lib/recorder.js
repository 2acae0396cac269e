'use strict';

/**
 * Turns the event loop without a pause and notes the longest turn: the time that a request waits if it arrives at the
 * worst moment. Time in which the thread waited for a CPU is left out. Garbage collection is included, and its share is
 * returned too.
 *
 * An idle loop turns a hundred thousand times per second. The garbage of these turns would be collected during the
 * measurement, so the loop sleeps for a millisecond between turns while nothing happens. After such a sleep a turn
 * counts as the time since the last turn without the sleep, however late the system woke the thread up, and at most as
 * the thread's CPU time: a worker thread's message can wake this thread up while that worker still occupies the CPU.
 */

const { PerformanceObserver } = require('node:perf_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { ranMs, waitedMs } = require('./clock');

const NOTHING = { ms: 0, from: 0, to: 0 };
/** A shorter turn counts as idle. */
const QUIET_MS = 0.1;
/** After this many idle turns in a row the loop sleeps between turns. */
const QUIET_TURNS = 100;
const SLEEP_MS = 1;

const { min } = Math;
const sleptMs = () => performance.eventLoopUtilization().idle;

/** @returns {Promise<{ms: number, gcMs: number}>} the longest turn during the work, and its garbage collection */
async function longestTurn(work) {
  const collections = [];
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  let longest = NOTHING;
  let running = true;
  let last = performance.now();
  let lastWaited = waitedMs();
  let quiet = 0;
  let slept;
  let ran = 0;
  const turn = () => {
    const now = performance.now();
    const waited = waitedMs();
    // The sleep includes waiting for a CPU, so after a sleep the waiting time is not subtracted again.
    const ms =
      slept === undefined ? now - last - (waited - lastWaited) : min(now - last - (sleptMs() - slept), ranMs() - ran);
    if (ms > longest.ms) longest = { ms, from: last, to: now };
    last = now;
    lastWaited = waited;
    quiet = ms < QUIET_MS ? quiet + 1 : 0;
    slept = quiet < QUIET_TURNS ? undefined : sleptMs();
    ran = ranMs();
    if (!running) return;
    if (slept === undefined) setImmediate(turn);
    else setTimeout(turn, SLEEP_MS);
  };
  setImmediate(turn);
  // Start the work after a turn, so that its synchronous beginning counts as part of a turn.
  await new Promise((resolve) => setImmediate(resolve));
  await work();
  await new Promise((resolve) => setImmediate(resolve));
  running = false;
  await sleep(5);
  observer.disconnect();
  const within = collections.filter(
    ({ startTime, duration }) => startTime + duration > longest.from && startTime < longest.to,
  );
  return { ms: longest.ms, gcMs: within.reduce((sum, { duration }) => sum + duration, 0) };
}

module.exports = { longestTurn };

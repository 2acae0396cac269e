'use strict';

/**
 * Turns the event loop without a pause, and keeps the longest turn: what a request that comes at the worst moment has
 * to wait. Time in which the thread waited for a CPU is left out, and garbage collection told apart.
 *
 * A loop with nothing to do turns a hundred thousand times per second, and what that leaves would have to be collected
 * while somebody works. So it sleeps for a millisecond from turn to turn as long as nothing happens. What counts then is
 * what the loop did besides sleeping, however long it was before the system woke it up, and no more than the thread has
 * run: woken up by what a worker thread has sent, it may have to wait for a CPU that this one still has.
 */

const { PerformanceObserver } = require('node:perf_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { ranMs, waitedMs } = require('./clock');

const NOTHING = { ms: 0, from: 0, to: 0 };
/** A turn is one in which nothing has happened if it is shorter, in milliseconds. */
const QUIET_MS = 0.1;
/** After so many of them the loop sleeps from turn to turn. */
const QUIET_TURNS = 100;
const SLEEP_MS = 1;

const { min } = Math;
const sleptMs = () => performance.eventLoopUtilization().idle;

/** @returns {Promise<{ms: number, gcMs: number}>} the longest turn while that work was under way */
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
    // Of the time asleep a part is waiting for a CPU: that is not to be left out twice.
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
  // What the work does at once is a turn as well.
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

'use strict';

/**
 * Turns the event loop without a pause, and keeps the longest turn: what a request that comes at the worst moment has
 * to wait. Time in which the thread waited for a CPU is left out, and garbage collection told apart.
 */

const { PerformanceObserver } = require('node:perf_hooks');
const { setTimeout: sleep } = require('node:timers/promises');
const { waitedMs } = require('./clock');

const NOTHING = { ms: 0, from: 0, to: 0 };

/** @returns {Promise<{ms: number, gcMs: number}>} the longest turn while that work was under way */
async function longestTurn(work) {
  const collections = [];
  const observer = new PerformanceObserver((list) => collections.push(...list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  let longest = NOTHING;
  let running = true;
  let last = performance.now();
  let lastWaited = waitedMs();
  const turn = () => {
    const now = performance.now();
    const waited = waitedMs();
    const ms = now - last - (waited - lastWaited);
    if (ms > longest.ms) longest = { ms, from: last, to: now };
    last = now;
    lastWaited = waited;
    if (running) setImmediate(turn);
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

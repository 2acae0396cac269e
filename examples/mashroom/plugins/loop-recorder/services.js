'use strict';

/**
 * Turns the event loop without a pause and notes each long turn, with the collections within it: the rest of a turn
 * is everything else. Times are those of `performance.now()`, except `origin`, `from` and `to`, which are epoch
 * milliseconds.
 */

const { renameSync, writeFileSync } = require('node:fs');
const { PerformanceObserver } = require('node:perf_hooks');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');
const { threadClock } = require('../../../../scripts/lib/thread-clock');

const { LOOP_RECORD_FILE, LOOP_RECORD_AFTER_MS, LOOP_RECORD_FOR_MS, LOOP_RECORD_COLLECT_MS } = process.env;
const LONG_MS = 1;

module.exports = async function bootstrap(_pluginName, _config, contextHolder) {
  const collector = () => contextHolder.getPluginContext().services.metrics;
  setTimeout(() => record(collector), Number(LOOP_RECORD_AFTER_MS));
  return {};
};

/**
 * @param {() => {service: object, standIn?: {timings: number[][]}} | undefined} collector none in a server that has none; only
 *   the stand-in notes its collections
 */
function record(collector) {
  const turns = [];
  // For a caller that makes requests for a part of the time only.
  writeFileSync(`${LOOP_RECORD_FILE}.begun`, '');
  const begin = performance.now();
  const end = begin + Number(LOOP_RECORD_FOR_MS);
  const clock = threadClock();
  const waitedMs = () => clock?.().waitedMs ?? 0;
  const ranMs = () => clock?.().ranMs ?? performance.now();
  const garbage = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) garbage.push([startTime, startTime + duration]);
  });
  observer.observe({ entryTypes: ['gc'] });
  let last = begin;
  let lastWaited = waitedMs();
  let lastRan = ranMs();
  // Collects in place of the exporter in a server without it, so that both servers have the collector's own work.
  const collecting = LOOP_RECORD_COLLECT_MS
    ? setInterval(() => void collector().service.getOpenTelemetryResourceMetrics(), Number(LOOP_RECORD_COLLECT_MS))
    : undefined;

  (function turn() {
    const now = performance.now();
    const waited = waitedMs();
    const ran = ranMs();
    if (now - last > LONG_MS) turns.push({ from: last, to: now, waitedMs: waited - lastWaited, ranMs: ran - lastRan });
    last = now;
    lastWaited = waited;
    lastRan = ran;
    if (now < end) return void setImmediate(turn);
    clearInterval(collecting);
    observer.disconnect();
    const { timeOrigin: origin } = performance;
    report({
      origin,
      from: origin + begin,
      to: origin + end,
      bytes: usedBytes(),
      turns,
      garbage,
      collections: (collector()?.standIn?.timings ?? []).filter(([from]) => from >= begin),
    });
  })();
}

/** Heap and shared memory, without garbage. */
function usedBytes() {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc');
  for (let i = 0; i < 3; i++) collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** Renamed when complete, since its reader polls for it. */
function report(result) {
  writeFileSync(`${LOOP_RECORD_FILE}.part`, JSON.stringify(result));
  renameSync(`${LOOP_RECORD_FILE}.part`, LOOP_RECORD_FILE);
}

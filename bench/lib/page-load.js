/** What a page of the metrics server gets each second: 50 processes, and 20 charts of 20 series and `other`. */
'use strict';

const PROCESSES = 50;
const APPS = 5;
const SERIES = 20;

function processRows(second) {
  return Array.from({ length: PROCESSES }, (_, pmId) => {
    const app = `app-${pmId % APPS}`;
    const numbers = [0.3, 9e7 + second * 4096, 0.002, 100, 0.1, 0.05].map((number, at) =>
      wave(number, pmId + at, second),
    );
    return [`run-${pmId}`, pmId, app, 'online', 1, 0, ...numbers, null, null, null, null, null];
  });
}

const FIELDS = ['cpu', 'memory', 'eventLoop', 'requests', 'errors', 'p95'];

/** An hour, as the server keeps it. */
function past(now) {
  const times = Array.from({ length: 240 }, (_, at) => now - (240 - at) * 15_000);
  const rows = times.map((_, at) => processRows(at));
  const all = rows[0].flatMap(([run, , app], process) =>
    FIELDS.map((field, index) => [run, app, field, rows.map((row) => row[process][7 + index])]),
  );
  return [times, all];
}

const chartNames = [...Array.from({ length: SERIES }, (_, at) => `/route/of/the/shop/${at}`), 'other'];

/** @returns what `points` has for a chart: seconds until `now` */
function chartPoints(chart, now, seconds) {
  const times = Array.from({ length: seconds }, (_, at) => now - (seconds - 1 - at) * 1000);
  return [times, chartNames.map((_, at) => times.map((time) => wave(10 + at * 7, chart + at, time / 1000)))];
}

function wave(about, phase, second) {
  return about * (1 + 0.2 * Math.sin(second / 40 + phase) + 0.05 * Math.sin(second * 1.7 + phase * 3));
}

/** The address of 20 charts that are all different. */
function chartsHash(view, seconds) {
  const charts = Array.from({ length: 20 }, (_, at) => `chart=metric_${at}_total*rate*route**`);
  return `#${view}?window=${seconds}&${charts.join('&')}`;
}

module.exports = { processRows, past, chartNames, chartPoints, chartsHash };

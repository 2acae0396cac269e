'use strict';

/**
 * Measures what users of a Mashroom server feel of its metrics: how long requests take, and how long the event loop is held
 * at a time, for each metrics collector with the exporter and without it. One server after the other, each under traffic.
 */

const { measureServer } = require('../scripts/lib/measured-server');

const INTERVAL_MS = 2000;

const HEAD = `
How long requests take, and for how long the event loop was held at a time, in ms. The hold is processor time on Linux:
other processes use the processors too. A collection every ${INTERVAL_MS / 1000} s, whatever it costs:

  collector  exporter   requests   median      p99  longest hold`;

/**
 * @param {object} pm2 under which the servers run
 * @param {{series: number, seconds: number, signal: AbortSignal}} options `seconds`: for which each of them is measured
 */
async function compareCollectors(pm2, options) {
  console.log(HEAD);
  for (const collector of ['own', 'stand-in']) {
    for (const withExporter of [false, true]) {
      const exporter = withExporter ? 'with' : 'without';
      const name = `compared-${collector}-${exporter}`;
      const what = { ...options, name, collector, withExporter, intervalMs: INTERVAL_MS };
      const { requests, p50, p99, holdMs } = await measureServer(pm2, what);
      const ms = (value, width = 9) => value.toFixed(1).padStart(width);
      console.log(
        `  ${collector.padEnd(9)}  ${exporter.padEnd(7)} ${String(requests).padStart(11)}${ms(p50)}${ms(p99)}${ms(holdMs, 14)}`,
      );
    }
  }
}

module.exports = { compareCollectors };

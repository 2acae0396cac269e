'use strict';

/**
 * A real Mashroom server with its portal under real PM2, with many series of which one in a hundred changes per interval, each
 * recorded with a fresh object of labels: this package's collector, and the SDK's cumulative reader in the stand-in for
 * Mashroom's own. What is requested is a page of the portal.
 */

const { measureServer } = require('../../scripts/lib/measured-server');
const { createPm2Home } = require('../../scripts/lib/pm2-home');
const { portalPage } = require('../lib/portal');
const { rounds, spread } = require('../lib/rounds');
const { atMost, timesLess, within } = require('../lib/rows');

/** One in a hundred series counts each second. */
const INTERVAL_MS = 1000;
const MOST_HOLD_MS = 5;
const MOST_TIMES = 1.15;

/** It records and exports nothing. */
const BARE = 'server without collector and exporter';
/** To know what the series take: its collector is this package's. */
const EMPTY = 'server without series and exporter';
const OURS = "this package's collector";
const SDKS = 'SDK with a cumulative reader';

module.exports = async function mashroom({ quick, emit }) {
  const plan = quick
    ? { series: 1000, seconds: 1, restSeconds: 1, count: 1 }
    : { series: 100_000, seconds: 10, restSeconds: 5, count: 7 };
  const pm2 = await createPm2Home();
  try {
    const page = portalPage(pm2.folder);
    let servers = 0;
    const all = { [BARE]: [], [EMPTY]: [], [OURS]: [], [SDKS]: [] };
    const side = (name, options) => async () => {
      const { count: _, ...measured } = plan;
      const own = { ...measured, page, intervalMs: INTERVAL_MS, name: `measured-${servers++}`, ...options };
      all[name].push(await measureServer(pm2, own));
      return 0;
    };
    const sides = {
      [BARE]: side(BARE, { collector: 'none', withExporter: false, series: 0 }),
      [EMPTY]: side(EMPTY, { collector: 'own', withExporter: false, series: 0, seconds: 1, restSeconds: 0 }),
      [OURS]: side(OURS, { collector: 'own', withExporter: true }),
      [SDKS]: side(SDKS, { collector: 'stand-in', withExporter: true }),
    };
    await rounds(plan.count, sides, { warmUp: 0 });
    report({ all, ...plan, quick, emit });
  } finally {
    await pm2.close();
  }
};

function report({ all, series, quick, emit }) {
  const row = { workload: `${series} counters`, variant: '1 %' };
  const of = (name, field) => all[name].map((measured) => measured[field]);
  const goal = quick ? {} : { target: MOST_TIMES };
  // Where nothing is held longer than a millisecond, nothing is noted.
  const holdsOf = (name, field) => of(name, field).map((ms) => Math.max(ms, 0.01));
  const hold = { ...row, name: 'Mashroom: longest hold of the event loop', unit: 'ms' };
  const rest = { ...hold, variant: '1 %, no requests', ours: holdsOf(OURS, 'restHoldMs') };
  emit(within({ ...rest, bound: MOST_HOLD_MS, against: `${MOST_HOLD_MS} ms` }));
  emit(timesLess({ ...rest, theirs: holdsOf(SDKS, 'restHoldMs'), against: SDKS }));
  // A request may hold the loop longer than that by itself.
  const requests = { ...hold, variant: '1 %, portal requests', ours: holdsOf(OURS, 'holdMs') };
  for (const against of [BARE, SDKS]) emit(timesLess({ ...requests, theirs: holdsOf(against, 'holdMs'), against }));
  const latency = { ...row, name: 'Mashroom: p99 of portal requests', unit: 'ms', ours: of(OURS, 'p99') };
  // Of medians: the p99 of one round says more of that round than of what is measured.
  const medians = { ours: [spread(latency.ours).median], theirs: [spread(of(BARE, 'p99')).median] };
  emit(atMost({ ...latency, ...goal, ...medians, against: `${BARE}, medians of all rounds` }));
  emit(atMost({ ...latency, theirs: of(BARE, 'p99'), against: BARE }));
  emit(timesLess({ ...latency, theirs: of(SDKS, 'p99'), against: SDKS }));
  const bytesOf = (name) => of(name, 'bytes').map((bytes, i) => Math.max(1, bytes - all[EMPTY][i].bytes) / series);
  const memory = { ...row, name: 'Mashroom: memory per series', unit: 'bytes', ours: bytesOf(OURS) };
  emit(timesLess({ ...memory, theirs: bytesOf(SDKS), against: SDKS }));
}

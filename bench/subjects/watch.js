'use strict';

/** What it costs an HTTP server that a worker thread watches its event loop, with nothing else of the exporter. */

const { atMost } = require('../lib/rows');
const { startStubDaemon } = require('../lib/stub-daemon');
const { takeRounds } = require('./http');

const BARE = 'no exporter';
const WATCHED = 'watched';
/** As much as two runs of the same program differ. */
const MOST_TIMES = 1.15;

module.exports = async function watch({ quick, emit }) {
  const plan = quick
    ? { series: 1000, count: 1, warmUpMs: 100, seconds: 1, rate: 200 }
    : { series: 1000, count: 5, warmUpMs: 500, seconds: 4, rate: 800 };
  const daemon = await startStubDaemon();
  try {
    const taken = await takeRounds([BARE, WATCHED], plan.count, { daemon, ...plan });
    const row = { workload: `${plan.series} counters`, variant: 'as requests come', against: BARE };
    const goal = quick ? {} : { target: MOST_TIMES };
    const [ours, theirs] = [taken[WATCHED], taken[BARE]];
    emit(
      atMost({ ...row, ...goal, name: 'HTTP, watched: p99 latency', unit: 'ms', ours: ours.p99, theirs: theirs.p99 }),
    );
    const [mine, bare] = [ours, theirs].map(({ throughput }) => throughput.map((perSecond) => 1000 / perSecond));
    emit(atMost({ ...row, ...goal, name: 'HTTP, watched: time per request', unit: 'ms', ours: mine, theirs: bare }));
  } finally {
    daemon.stop();
  }
};

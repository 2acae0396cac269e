'use strict';

/** The page of the metrics server in a real Chromium: when it is painted first, and how busy its main thread is. */

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { chromium } = require('playwright-core');
const { ContractServer } = require('../../server/test/web/support/contract-server');
const { findChromium, LAUNCH_FLAGS } = require('../../server/test/web/support/find-chromium');
const { bundlePage } = require('../../scripts/bundle-page');
const { chartNames, chartPoints, chartsHash, past, processRows } = require('../lib/page-load');
const { within } = require('../lib/rows');

const MOST_PAINT_MS = 300;
const MOST_BUSY_PERCENT = 20;
const WORKLOAD = '50 processes, 20 charts of 21 series';
/** All charts are on the screen: on a usual one, a few are. */
const VIEWPORT = { width: 1600, height: 2600 };

const SIDES = [
  { variant: 'charts of five minutes on the screen', view: 'metrics', seconds: 300 },
  { variant: 'charts of an hour on the screen', view: 'metrics', seconds: 3600 },
  { variant: 'the first page on the screen', view: 'overview', seconds: 300 },
];

module.exports = async function page({ quick, emit }) {
  const executablePath = findChromium();
  if (executablePath === undefined) return console.error('> page: left out, since there is no Chromium in PATH');
  const plan = quick
    ? { loads: 1, rounds: 1, settleMs: 500, measured: 1 }
    : { loads: 9, rounds: 3, settleMs: 4000, measured: 10 };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'page-bench-'));
  await bundlePage(folder);
  const server = startServer(folder);
  const url = await server.listen();
  const browser = await chromium.launch({ executablePath, args: LAUNCH_FLAGS });
  try {
    const paints = [];
    for (let load = 0; load < plan.loads; load++) paints.push(await firstPaint(browser, url));
    const row = { workload: WORKLOAD, unit: 'ms' };
    emit(
      within({ ...row, name: 'page: first paint', against: `${MOST_PAINT_MS} ms`, ours: paints, bound: MOST_PAINT_MS }),
    );
    for (const { variant, ...side } of SIDES) {
      const ours = await busyPercents(browser, url + chartsHash(side.view, side.seconds), { server, ...side, ...plan });
      const row = { workload: WORKLOAD, variant, unit: '%', against: `${MOST_BUSY_PERCENT} % of a second` };
      emit(within({ ...row, name: "page: its main thread's work", ours, bound: MOST_BUSY_PERCENT }));
    }
  } finally {
    await browser.close();
    await server.close();
    fs.rmSync(folder, { recursive: true });
  }
};

function startServer(folder) {
  const server = new ContractServer({ folder });
  server.past = past(Date.now());
  server.processes = processRows(0);
  server.marks = Array.from({ length: 20 }, (_, at) => [Date.now() - at * 120_000, 'restart', 'app-1', 1, 'restarted']);
  return server;
}

async function firstPaint(browser, url) {
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(url);
  await tab.locator('.processes').waitFor();
  const [{ startTime }] = JSON.parse(
    await tab.evaluate('JSON.stringify(performance.getEntriesByName("first-contentful-paint"))'),
  );
  await context.close();
  return startTime;
}

/** By round: how much of the time a task ran on the page's main thread. */
async function busyPercents(browser, url, { server, seconds, rounds, settleMs, measured }) {
  server.describe = ({ id }) => {
    return { unit: '/s', names: chartNames, hasOther: true, past: chartPoints(id, Date.now(), seconds) };
  };
  const context = await browser.newContext({ viewport: VIEWPORT });
  const tab = await context.newPage();
  const protocol = await context.newCDPSession(tab);
  // Time of its processor: other load of the machine does not count as its work.
  await protocol.send('Performance.enable', { timeDomain: 'threadTicks' });
  let second = 0;
  const timer = setInterval(() => {
    second++;
    server.send('processes', processRows(second));
    for (const { id } of server.charts) server.send('points', [id, ...chartPoints(id, Date.now(), 1)]);
  }, 1000);
  try {
    await tab.goto(url);
    await sleep(settleMs);
    const percents = [];
    for (let round = 0; round < rounds; round++) {
      const before = await taskSeconds(protocol);
      await sleep(measured * 1000);
      const after = await taskSeconds(protocol);
      percents.push((100 * (after.task - before.task)) / (after.at - before.at));
    }
    return percents;
  } finally {
    clearInterval(timer);
    await context.close();
  }
}

async function taskSeconds(protocol) {
  const { metrics } = await protocol.send('Performance.getMetrics');
  const value = (name) => metrics.find((metric) => metric.name === name).value;
  return { task: value('TaskDuration'), at: value('Timestamp') };
}

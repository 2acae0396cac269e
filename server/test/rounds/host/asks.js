'use strict';

/** A PM2 app that asks others for their metrics as the metrics server does, and tells a test what it has found out. */
require('ts-node/register/transpile-only');
const { readPm2Environment } = require('../../../../core/pm2/environment');
const { Daemon } = require('../../../../core/pm2/daemon');
const { markingMessage } = require('../../../../core/pm2/introductions');
const { Rounds } = require('../../../src/rounds/rounds');
const { PageCache } = require('../../../../workers/page-cache');
const { plainJson } = require('../../../../workers/plain-form');
const { decodePayload } = require('../../../../core/wire/decode');
const { serveControl } = require('../../../../test/support/host/control');

const { pmId, daemon: address } = readPm2Environment();
const daemon = new Daemon(address, { maxPauseMs: 1000, connectMs: 1000 });
const decoded = [];

async function decode(payload, known, firstPageId) {
  decoded.push({ length: payload.length, known: known.size });
  return decodePayload(payload, { known, firstPageId, maxBytes: 1 << 20 });
}

const apps = JSON.parse(process.env.APPS ?? '[]');
const rounds = new Rounds({ daemon, self: Number(pmId), apps, decode, maxPayload: 100_000, maxSeries: 5000 });
rounds.start();
process.send(markingMessage(2));

function told({ snapshot, ...answer }) {
  const pages = new PageCache();
  pages.use(snapshot);
  const { scopeMetrics } = JSON.parse(plainJson(snapshot, pages));
  const [metric] = scopeMetrics[0]?.metrics ?? [];
  const { incarnation, generation, time, stats } = snapshot;
  const { dataPoints: points = [] } = metric ?? {};
  return {
    ...answer,
    incarnation,
    generation,
    time,
    series: stats.series,
    points: points.length,
    value: points[0]?.value,
  };
}

async function ask({ timeoutMs = 20_000, only, times = 1 }) {
  const results = await Promise.all(Array.from({ length: times }, () => rounds.ask(timeoutMs, only)));
  return results.map((result) => ({
    ...result,
    answers: result.answers.map(told),
    leaving: result.leaving.map(({ run, answer }) => ({ run, answer: answer && told(answer) })),
  }));
}

serveControl({
  ask: async (what) => (await ask(what))[0],
  askAtOnce: ask,
  stopClock() {
    const time = performance.now();
    performance.now = () => time;
  },
  // The one of the prototype.
  startClock: () => void delete performance.now,
  finish: async () => {
    await rounds.finish();
    const answering = ({ run, requests }) => rounds.apps.answers(run.app) && requests.length > 0;
    return {
      owed: rounds.runs
        .all()
        .filter(answering)
        .map(({ run }) => run.app),
    };
  },
  state: () => ({
    decoded,
    runs: rounds.runs.all().map(({ run, requests, last }) => ({
      run,
      owed: requests.length,
      hasSnapshot: last !== undefined,
    })),
    apps: [...rounds.apps.apps.keys()].sort(),
    errors: rounds.errors.totals,
    count: rounds.count,
    polluted: 'polluted' in {},
    connected: daemon.isConnected,
  }),
});

setInterval(() => {}, 1000);

'use strict';

/** A PM2 app that asks others for their metrics as the metrics server does, and tells a test what it has found out. */
require('ts-node/register/transpile-only');
const { readPm2Environment } = require('../../../../core/pm2/environment');
const { Daemon } = require('../../../../core/pm2/daemon');
const { Rounds } = require('../../../src/rounds/rounds');
const { PageCache } = require('../../../../workers/page-cache');
const { resourceMetricsJson } = require('../../../../workers/resource-metrics');
const { decodeSnapshot } = require('../../../../core/wire/decode');
const { serveControl } = require('../../../../test/support/host/control');

const { pmId, daemon: address } = readPm2Environment();
const daemon = new Daemon(address, { maxPauseMs: 1000, connectMs: 1000 });
const decoded = [];

async function decode(payload, known) {
  decoded.push({ length: payload.length, known: known.length });
  return decodeSnapshot(payload, { known: new Map(known.map((page) => [page.id, page])), maxBytes: 1 << 20 });
}

const apps = JSON.parse(process.env.APPS ?? '[]');
const rounds = new Rounds({ daemon, self: Number(pmId), apps, decode, maxPayload: 100_000, maxSeries: 5000 });
rounds.start();

function told({ snapshot, ...answer }) {
  const pages = new PageCache();
  pages.use(snapshot);
  const { scopeMetrics } = JSON.parse(resourceMetricsJson(snapshot, pages));
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
  return results.map((result) => ({ ...result, answers: result.answers.map(told) }));
}

serveControl({
  ask: async (what) => (await ask(what))[0],
  askAtOnce: ask,
  state: () => ({
    decoded,
    runs: [...rounds.runs.all()].map(({ run, requests, last }) => ({
      run,
      owed: requests.length,
      hasSnapshot: last !== undefined,
    })),
    apps: [...rounds.apps.apps.keys()].sort(),
    polluted: 'polluted' in {},
    connected: daemon.isConnected,
  }),
});

setInterval(() => {}, 1000);

'use strict';

/**
 * Asks the instance for its metrics, both forms in turn. Measures the time from each request to its decoded answer, and
 * the CPU time of PM2's daemon. Writes the results to a file.
 */

const { readFileSync, readdirSync, renameSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { connectToDaemon } = require('../../scripts/lib/daemon');
const { part } = require('../lib/engine');

const { decodePayload } = part('core/wire/decode.js');
const { BENCH_FILE, BENCH_ROUNDS, BENCH_INTERVAL_MS, PM2_HOME, pm_id: OWN_ID } = process.env;
const ROUNDS = Number(BENCH_ROUNDS);
const INTERVAL_MS = Number(BENCH_INTERVAL_MS);
/** How long the daemon's CPU time is measured without requests, to subtract what the daemon takes anyway. */
const IDLE_MS = 5 * INTERVAL_MS;

const daemon = connectToDaemon(PM2_HOME);
const daemonPid = Number(readFileSync(path.join(PM2_HOME, 'pm2.pid'), 'utf8'));
const known = new Map();
let incarnation;
let received = () => undefined;

process.on('message', (message) => {
  if (message?.topic === 'returnMetrics') received(message.data);
});

/** CPU time of the daemon so far, summed over its threads. schedstat has a finer resolution than the ticks of stat. */
function daemonCpuMs() {
  const threads = `/proc/${daemonPid}/task`;
  return readdirSync(threads).reduce(
    (sum, id) => sum + Number(readFileSync(`${threads}/${id}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
    0,
  );
}

const FORMS = {
  plain: { data: () => null, decode: (data) => data.scopeMetrics.length },
  snapshot: {
    data: () => ({ v: 2, form: 'snapshot', incarnation, have: ranges() }),
    decode(data) {
      const { snapshot, pages } = decodePayload(data.payload, { known });
      incarnation = snapshot.incarnation;
      for (const [id, page] of pages) known.set(id, page);
    },
  },
};

function ranges() {
  const ids = [...known.keys()];
  return ids.length === 0 ? [] : [[Math.min(...ids), Math.max(...ids)]];
}

async function ask(form) {
  const cpu = daemonCpuMs();
  const start = performance.now();
  const answer = new Promise((resolve) => (received = resolve));
  const request = { id: 0, topic: 'getMetrics', from: OWN_ID, pid: process.pid, data: FORMS[form].data() };
  await daemon.call('sendDataToProcessId', request);
  const data = await answer;
  FORMS[form].decode(data);
  const ms = performance.now() - start;
  // Wait until the daemon has finished the sender's side too, and the instance has a new snapshot.
  await sleep(INTERVAL_MS * 1.5);
  return { form, ms, cpuMs: daemonCpuMs() - cpu, elapsedMs: performance.now() - start };
}

async function main() {
  await sleep(2 * INTERVAL_MS);
  // Warm-up, left out of the results: pages are sent and caches filled.
  const first = [];
  for (let i = 0; i < 2; i++) for (const form of Object.keys(FORMS)) first.push(await ask(form));
  const cpu = daemonCpuMs();
  await sleep(IDLE_MS);
  const idle = (daemonCpuMs() - cpu) / IDLE_MS;
  const answers = [];
  for (let round = 0; round < ROUNDS; round++) for (const form of Object.keys(FORMS)) answers.push(await ask(form));
  const result = {
    first,
    answers: answers.map((one) => ({ ...one, cpuMs: one.cpuMs - idle * one.elapsedMs })),
    idle,
  };
  writeFileSync(`${BENCH_FILE}.part`, JSON.stringify(result));
  renameSync(`${BENCH_FILE}.part`, BENCH_FILE);
}

void main();
setInterval(() => undefined, 1000);

/**
 * `npm run test:chaos`: random harm of all kinds to processes with the exporter, from a seed that it prints. The end is a
 * table and a line that says what failed. `--quick` takes a minute, `--minutes <n>` as long as it says.
 */
'use strict';

const { fork } = require('node:child_process');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { createInterface } = require('node:readline');
const { parseArgs } = require('node:util');
const { ensureBuilt, ensureInstalled, root } = require('./ensure');

const KINDS = {
  collections: 12,
  loggers: 12,
  configurations: 40,
  messages: 10,
  workers: 8,
  stops: 8,
  ends: 3,
  sums: 1,
  answers: 25,
  files: 40,
};
/** A try that takes longer than this hangs: that of sums waits for many things, on a busy machine for minutes. */
const PATIENCE_MS = 300_000;
/** Of the heap of the process that does the tries. A try that needs more ends it, and has failed. */
const MAX_HEAP_MB = 512;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1e9) },
    only: { type: 'string' },
    tries: { type: 'string' },
  },
});
const minutes = values.quick ? 1 : Number(values.minutes);
let seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed) || (values.only !== undefined && !(values.only in KINDS))) {
  console.error(
    'npm run test:chaos -- [--quick | --minutes <n>] [--seed <whole number>] [--only <kind> [--tries <n>]]',
  );
  console.error(`Kinds: ${Object.keys(KINDS).join(', ')}`);
  process.exit(2);
}

async function main() {
  ensureInstalled();
  ensureBuilt();
  console.log(`Seed ${seed}, ${minutes} min`);
  const kinds = values.only === undefined ? Object.keys(KINDS) : [values.only];
  const rows = kinds.map((kind) => ({ kind, times: 0, failures: [], table: new Map() }));
  const until = Date.now() + minutes * 60_000;
  const once = values.tries !== undefined;
  do {
    for (const row of rows) {
      if (!once && Date.now() >= until && row.times > 0) break;
      const count = once ? Number(values.tries) : KINDS[row.kind];
      await runTries(row, seed, count);
      if (!once) seed += count;
    }
  } while (!once && Date.now() < until);
  report(rows);
}

/** Does tries of a kind in a process of their own, which looks like one of PM2's. */
async function runTries(row, first, count) {
  const home = mkdtempSync(path.join(tmpdir(), 'chaos-'));
  const env = { ...process.env, pm_id: '0', PM2_HOME: home, NODE_OPTIONS: '' };
  const args = [row.kind, String(first), String(count)];
  const execArgv = [`--max-old-space-size=${MAX_HEAP_MB}`];
  const child = fork(path.join(root, 'test', 'chaos', 'run.js'), args, { env, execArgv, silent: true });
  child.stderr.resume();
  const patience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  let current = first;
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)));
  for await (const line of createInterface({ input: child.stdout })) {
    const [, what, at, message] = /^(try|failed|row) (\d+) ?(.*)$/.exec(line) ?? [];
    if (what === 'try') {
      current = Number(at);
      row.times++;
      patience.refresh();
    } else if (what === 'failed') row.failures.push({ seed: Number(at), message: JSON.parse(message) });
    else if (what === 'row') addRow(row.table, JSON.parse(message));
  }
  const end = await ended;
  clearTimeout(patience);
  if (end !== 0) row.failures.push({ seed: current, message: `the process ended with ${end}` });
  rmSync(home, { recursive: true, force: true });
}

/** Rows of the same name, which is their first value, are added up. */
function addRow(table, row) {
  const [name, ...rest] = Object.values(row);
  const before = table.get(name);
  const sums = rest.map((value, i) => value + (before?.sums[i] ?? 0));
  table.set(name, { columns: Object.keys(row), sums });
}

function printTable(table) {
  const [{ columns } = { columns: [] }] = table.values();
  const [first, ...others] = columns;
  const lines = [[first, others], ...[...table].map(([name, { sums }]) => [name, sums.map(String)])];
  for (const [name, cells] of lines) {
    console.log(`  ${name.padEnd(30)}${cells.map((cell, i) => cell.padStart(others[i].length + 2)).join('')}`);
  }
}

function report(rows) {
  console.log();
  for (const { kind, times, failures } of rows) {
    console.log(
      `${kind.padEnd(16)}${String(times).padStart(6)}  ${failures.length === 0 ? 'held' : `${failures.length} failed`}`,
    );
  }
  for (const { kind, table } of rows) {
    if (table.size === 0) continue;
    console.log(`\n${kind}:`);
    printTable(table);
  }
  const failed = rows.filter(({ failures }) => failures.length > 0);
  for (const { kind, failures } of failed) {
    console.log(`\n${kind}: npm run test:chaos -- --only ${kind} --tries 1 --seed ${failures[0].seed}`);
    for (const message of new Set(failures.map((one) => one.message))) console.log(`  ${message}`);
  }
  const tries = rows.reduce((sum, { times }) => sum + times, 0);
  const kinds = failed.map(({ kind, failures }) => `${kind} (${failures.length}, first seed ${failures[0].seed})`);
  console.log(`\nchaos: ${tries} tries, ${kinds.length === 0 ? 'all held' : `failed: ${kinds.join(', ')}`}`);
  if (kinds.length > 0) process.exitCode = 1;
}

void main();

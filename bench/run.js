'use strict';

/**
 * The benchmarks. Subjects run one after the other, each in its own process. Within a subject all sides take turns, so
 * that other load of the machine affects all of them alike and the ratios stay valid.
 */

const { fork } = require('node:child_process');
const { writeFileSync } = require('node:fs');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { environment, renderEnvironment } = require('./lib/environment');
const { renderTable } = require('./lib/table');

/** In the order of the table. `node: 'peer'` marks a subject whose peer needs a later Node.js than the project does. */
const SUBJECTS = {
  cycle: {},
  hold: {},
  sources: {},
  'sources-idle': {},
  'sources-million': { file: 'sources', options: { size: 'million' } },
  text: { options: { peers: ['prom-client'] } },
  'prom-client': { options: { peers: ['prom-client', '@platformatic/prom-client'] } },
  'prom-client-prometheus-io': { file: 'prom-client', node: 'peer', options: { peers: ['@prometheus-io/client'] } },
  'text-prometheus-io': { file: 'text', node: 'peer', options: { peers: ['@prometheus-io/client'] } },
  merge: { options: { peers: ['prom-client'] } },
  'merge-prometheus-io': { file: 'merge', node: 'peer', options: { peers: ['@prometheus-io/client'] } },
  cardinality: {},
  'state-file': {},
  live: {},
  'get-metrics': {},
  scrape: {},
  memory: {},
  scaling: {},
  http: {},
  page: {},
  mashroom: {},
  watch: {},
};

const USAGE = `Measures what the exporter costs, and compares it with other exporters, clients and lower bounds.

  npm run bench -- [options]

  --quick            smoke test: every subject with tiny workloads and few rounds; its numbers say little
  --only <name>      run only this subject; can be given several times
                     ${Object.keys(SUBJECTS).join(', ')}
  --workload <name>  run only this workload, in subjects that have several: real, small, large, huge
  --json <file>      also write the environment and all rows to this file
  --help             print this text`;

const OPTIONS = {
  quick: { type: 'boolean', default: false },
  only: { type: 'string', multiple: true, default: [] },
  workload: { type: 'string' },
  json: { type: 'string' },
  help: { type: 'boolean', default: false },
};

/**
 * `--expose-gc`: garbage collections are forced between measurements. `--no-flush-bytecode`: without it, V8 discards
 * code that was unused for a few of these collections, and the next measurement would include compiling it again.
 */
const FLAGS = ['--expose-gc', '--no-flush-bytecode', '--max-old-space-size=8192'];

/** @param {{peerNode: () => string | undefined}} tools `peerNode` finds a Node.js for peers that need a later one */
async function bench({ peerNode }, args = process.argv.slice(2)) {
  const { values } = parseArgs({ options: OPTIONS, args });
  if (values.help) return console.log(USAGE);
  const unknown = values.only.filter((name) => !(name in SUBJECTS));
  if (unknown.length > 0) throw new Error(`Unknown subject: ${unknown.join(', ')}\n\n${USAGE}`);
  const chosen = Object.entries(SUBJECTS).filter(([name]) => values.only.length === 0 || values.only.includes(name));
  const otherNode = chosen.some(([, { node }]) => node === 'peer') ? peerNode() : undefined;
  const about = environment(otherNode);
  const rows = [];
  const failed = [];
  let interrupted = false;
  // measure() passes the signal on to the child, which ends. The rows received until then are printed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => (interrupted = true));
  for (const [name, subject] of chosen) {
    const execPath = subject.node === 'peer' ? otherNode : process.execPath;
    if (execPath === undefined) {
      failed.push(`${name}: skipped, found no Node.js that is recent enough for its peer`);
      continue;
    }
    const started = performance.now();
    const options = { quick: values.quick, workload: values.workload, ...subject.options };
    const code = await measure({ file: subject.file ?? name, options, execPath, onRow: (row) => rows.push(row) });
    if (code !== 0) failed.push(`${name}: failed, its process ended with ${code}`);
    if (interrupted) break;
    console.error(`> ${name}: ${Math.round((performance.now() - started) / 1000)} s`);
  }
  if (values.json !== undefined)
    writeFileSync(values.json, `${JSON.stringify({ environment: about, rows }, undefined, 2)}\n`);
  console.log(`${renderEnvironment(about)}\n\n${renderTable(rows)}`);
  for (const line of failed) console.log(`\n${line}`);
  if (failed.length > 0) process.exitCode = 1;
}

function measure({ file, options, execPath, onRow }) {
  const child = fork(path.join(__dirname, 'child.js'), [file, JSON.stringify(options)], { execPath, execArgv: FLAGS });
  child.on('message', ({ row }) => onRow(row));
  const end = (signal) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      for (const one of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeListener(one, end);
      resolve(code ?? signal);
    });
  });
}

module.exports = { bench };

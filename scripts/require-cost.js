/**
 * `npm run cost`: what requiring the plugin costs a server's main thread, beside what it does without.
 *
 * Each measurement is a process of its own, taken in turns so that a busy moment of the machine hits all alike.
 */
'use strict';

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ensureBuilt, ensureInstalled, root } = require('./ensure');

const SUBJECTS = {
  'this plugin': './dist/src/mashroom.js',
  '@pm2/io': '@pm2/io',
  pm2: 'pm2',
};
const RUNS = Number(process.argv[2] ?? 15);

const PROBE = `
  const megabytes = (bytes) => bytes / 2 ** 20;
  gc();
  const before = process.memoryUsage();
  const start = process.hrtime.bigint();
  require(process.argv[1]);
  const ms = Number(process.hrtime.bigint() - start) / 1e6;
  const rss = process.memoryUsage.rss();
  gc();
  const heap = process.memoryUsage().heapUsed;
  console.log(JSON.stringify({
    ms,
    rss: megabytes(rss - before.rss),
    heap: megabytes(heap - before.heapUsed),
    modules: Object.keys(require.cache).length,
  }));
  process.exit();
`;

ensureInstalled();
ensureBuilt();

// Requiring pm2 makes its home folder.
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'require-cost-'));
const samples = Object.fromEntries(Object.keys(SUBJECTS).map((name) => [name, []]));
try {
  const env = { ...process.env, PM2_HOME: home };
  for (let run = 0; run < RUNS; run++) {
    for (const [name, subject] of Object.entries(SUBJECTS)) {
      const output = execFileSync(process.execPath, ['--expose-gc', '-e', PROBE, subject], { cwd: root, env });
      samples[name].push(JSON.parse(output.toString().trim().split('\n').at(-1)));
    }
  }
} finally {
  fs.rmSync(home, { recursive: true, force: true });
}

function spread(values, digits) {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, median, high] = [0, 0.5, 1].map((q) => sorted[Math.round(q * (sorted.length - 1))].toFixed(digits));
  return `${median} (${low} to ${high})`;
}

console.log(`Node.js ${process.version}, ${RUNS} processes each: median (least to most)\n`);
const table = Object.entries(samples).map(([name, taken]) => [
  name,
  spread(
    taken.map(({ ms }) => ms),
    1,
  ),
  spread(
    taken.map(({ rss }) => rss),
    1,
  ),
  spread(
    taken.map(({ heap }) => heap),
    1,
  ),
  String(taken[0].modules),
]);
for (const row of [['require', 'ms', 'RSS, MB', 'heap kept, MB', 'modules'], ...table]) {
  console.log(
    row.map((cell, column) => (column === 0 ? cell.padEnd(12) : cell.padStart(column === 4 ? 9 : 22))).join(''),
  );
}

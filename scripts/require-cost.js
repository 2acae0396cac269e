/**
 * `npm run cost`: what requiring the plugin costs the main thread of a server, beside what it cost before it was bundled, and
 * what the preload costs.
 *
 * Each measurement is a process of its own. The subjects take turns, so that a busy moment of the machine hits all alike.
 */
'use strict';

const { execFileSync, spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { ensureBuilt, ensureInstalled, root } = require('./ensure');

/** The last commit before the exporter was bundled. */
const BEFORE = '3277965';
const LIMIT = 0.6;
const RUNS = Number(process.argv[2] ?? 15);
/** By row: the app for which the preload is loaded. The second one finds the instrumentations of this repository. */
const PRELOADS = {
  'the preload': (home) => path.join(home, 'app.js'),
  'with instrumentations': () => path.join(root, 'app.js'),
};

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

/**
 * Compiles the version before, once, to a folder in node_modules, where it finds the dependencies of today.
 * @returns {string | undefined} the file to require; `undefined` if this clone has not got that commit
 */
function buildBefore() {
  const folder = path.join(root, 'node_modules', '.cache', `plugin-${BEFORE}`);
  const file = path.join(folder, 'dist', 'src', 'mashroom', 'plugin.js');
  if (fs.existsSync(file)) return file;
  const archive = spawnSync('git', ['archive', BEFORE], { cwd: root, maxBuffer: 2 ** 28 });
  if (archive.status !== 0) return undefined;
  console.error(`> compiling ${BEFORE}`);
  fs.mkdirSync(folder, { recursive: true });
  spawnSync('tar', ['-x', '-C', folder], { input: archive.stdout });
  // Errors of types do not count: the dependencies have other versions than at that commit. Only the output matters.
  spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.build.json'], { cwd: folder });
  return fs.existsSync(file) ? file : undefined;
}

function measure(subjects) {
  // Requiring pm2 makes its home folder.
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'require-cost-'));
  const samples = Object.fromEntries(Object.keys(subjects).map((name) => [name, []]));
  try {
    const env = { ...process.env, PM2_HOME: home };
    fs.writeFileSync(path.join(home, 'pm2.pid'), String(process.pid));
    for (let run = 0; run < RUNS; run++) {
      for (const [name, subject] of Object.entries(subjects)) {
        const probe = name in PRELOADS ? UNDER_PM2 : PROBE;
        const place = name in PRELOADS ? { pm_id: '0', pm_exec_path: PRELOADS[name](home) } : {};
        const options = { cwd: root, env: { ...env, ...place } };
        const output = execFileSync(process.execPath, ['--expose-gc', '-e', probe, subject], options);
        samples[name].push(JSON.parse(output.toString().trim().split('\n').at(-1)));
      }
    }
  } finally {
    fs.rmSync(home, { recursive: true, force: true });
  }
  return samples;
}

/** The preload acts under PM2 only: a child with a channel whose parent is the daemon. */
const UNDER_PM2 = `process.send = () => {};\n${PROBE}`;

/** @returns least, median and most */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return [0, 0.5, 1].map((quantile) => sorted[Math.round(quantile * (sorted.length - 1))]);
}

function print(samples) {
  const width = Math.max(...Object.keys(samples).map((name) => name.length)) + 2;
  const row = (name, cells) => console.log(name.padEnd(width) + cells.map((cell) => cell.padStart(22)).join(''));
  console.log(`Node.js ${process.version}, ${RUNS} processes each: median (least to most)\n`);
  row('require', ['ms', 'RSS, MB', 'heap kept, MB', 'modules']);
  for (const [name, taken] of Object.entries(samples)) {
    const cells = ['ms', 'rss', 'heap'].map((key) => {
      const [least, median, most] = spread(taken.map((sample) => sample[key])).map((value) => value.toFixed(1));
      return `${median} (${least} to ${most})`;
    });
    row(name, [...cells, String(taken[0].modules)]);
  }
}

function compare(now, before) {
  const shares = ['ms', 'rss', 'heap'].map((key) => {
    const [, median] = spread(now.map((sample) => sample[key]));
    const [, reference] = spread(before.map((sample) => sample[key]));
    return median / reference;
  });
  const [time, rss, heap] = shares.map((share) => `${Math.round(share * 100)} %`);
  console.log(`\nOf the version before: ${time} of the time, ${rss} of the RSS, ${heap} of the heap.`);
  if (shares[0] <= LIMIT && shares[1] <= LIMIT) return;
  console.log(`That is more than ${LIMIT * 100} % of the time or of the RSS.`);
  process.exitCode = 1;
}

ensureInstalled();
ensureBuilt();
const before = buildBefore();
if (before === undefined) {
  console.log(`The version before is not shown: this clone lacks the commit ${BEFORE} (git fetch --unshallow).\n`);
}
const samples = measure({
  'this plugin': './dist/src/mashroom.js',
  ...Object.fromEntries(Object.keys(PRELOADS).map((name) => [name, './dist/src/register.js'])),
  ...(before !== undefined && { 'the version before': before }),
  '@pm2/io': '@pm2/io',
  pm2: 'pm2',
});
print(samples);
if (before !== undefined) compare(samples['this plugin'], samples['the version before']);

/** Installs the dependencies and builds where that is missing or stale, such as on a fresh clone; silent otherwise. */
'use strict';

const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { withLock } = require('./lib/lock');

const root = path.resolve(__dirname, '..');
const stamp = path.join(root, 'build', '.built');
/** Files and folders of the repository that the package of the metrics server brings as well. */
const serverDocuments = [
  ...['CHANGELOG.md', 'SECURITY.md', 'grafana', 'docs/metrics-server.md', 'docs/dashboard.md'],
  ...['docs/protocol.md', 'docs/grafana.md', 'docs/migration.md'],
];
const sources = [
  ...['core', 'src', 'workers', 'protocol', 'server/src', 'server/workers', 'server/protocol', 'server/web'],
  ...['package.json', 'server/package.json', 'tsconfig.json', 'tsconfig.build.json'],
  ...['scripts/build.js', 'scripts/bundle.js', 'scripts/bundle-page.js', 'scripts/licences.js'],
  ...serverDocuments,
];

/** Says what it does, since that takes a while. Ends this process if it fails: everything else needs the result. */
function run(what, command, args) {
  console.error(`> ${what}`);
  // One string for the shell, which Windows needs to find npm.cmd.
  const done = spawnSync([command, ...args].join(' '), { cwd: root, shell: true, stdio: ['inherit', 2, 2] });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

function readJson(file) {
  try {
    return JSON.parse(fs.readFileSync(path.join(root, file), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Compares versions and hashes, not file times: a checkout, a copy or a restored cache gives files any time. Optional
 * packages do not count, since npm leaves out those of other platforms.
 */
function isInstalled() {
  const wanted = readJson('package-lock.json')?.packages ?? {};
  const present = readJson('node_modules/.package-lock.json')?.packages;
  if (present === undefined) return false;
  return Object.entries(wanted).every(
    ([where, { version, integrity, optional, link, resolved }]) =>
      where === '' ||
      optional ||
      link ||
      !resolved ||
      (present[where]?.version === version && present[where]?.integrity === integrity),
  );
}

/** Folders count as well as files: removing a file changes the time of its folder. */
function newest(file) {
  const stats = fs.statSync(file);
  if (!stats.isDirectory()) return stats.mtimeMs;
  return Math.max(stats.mtimeMs, ...fs.readdirSync(file).map((entry) => newest(path.join(file, entry))));
}

function isBuilt() {
  const built = fs.statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return sources.every((source) => newest(path.join(root, source)) < built);
}

function ensureInstalled() {
  if (!isInstalled()) run('npm ci', 'npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
}

/** Test files run in processes of their own, and several may find a stale build at once: the first one builds. */
function ensureBuilt() {
  if (isBuilt()) return;
  withLock(path.join(root, '.build.lock'), () => {
    if (!isBuilt()) run('npm run build', process.execPath, [path.join('scripts', 'build.js')]);
  });
}

module.exports = { root, serverDocuments, stamp, ensureInstalled, ensureBuilt };

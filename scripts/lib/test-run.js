/**
 * The surroundings of one run of the tests: a temporary folder of its own, which has to be empty at the end, and a note
 * of how long each file took.
 */
'use strict';

const { spawn } = require('node:child_process');
const { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/** Long enough for the guards of PM2 homes whose test file has crashed, see pm2-home.js. */
const PATIENCE_MS = 10_000;
/** A run of fewer files has no need for the list of the slowest ones. */
const MANY_FILES = 20;
const LISTED_FILES = 12;

/**
 * Sets TMPDIR for this process and all that it starts.
 *
 * @param {object} options
 * @param {boolean} options.checks whether files that are left in the temporary folder make the run fail
 * @param {number} [options.patienceMs] how long processes that tidy up may take after the last test
 */
function openTestRun({ checks, patienceMs = PATIENCE_MS }) {
  // Names are short: PM2 homes in it hold sockets, whose paths have at most 104 characters on some systems.
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 't-')));
  const temporary = path.join(folder, 'tmp');
  const durations = path.join(folder, 'durations');
  mkdirSync(temporary);
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = temporary;
  process.env.TEST_DURATIONS = durations;
  startSweeper(folder);

  let interrupted = false;
  process.once('SIGINT', () => (interrupted = true));
  process.once('exit', () => {
    if (existsSync(durations)) printSlowest(readFileSync(durations, 'utf8'));
    // The sweeper removes what belongs to processes that only notice the end of this one.
    if (interrupted || !checks) return;
    const left = leftIn(temporary, patienceMs);
    if (left.length > 0) {
      console.error(`\nThe tests have left files in their temporary folder: ${left.join(', ')}`);
      console.error('Each test has to remove what it makes, also when it fails: see t.teardown().');
      process.exitCode = 1;
    }
    rmSync(folder, { recursive: true, force: true });
  });
}

/** @returns {string[]} names of what is still there after processes that tidy up have had their time */
function leftIn(folder, patienceMs) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let waited = 0; waited < patienceMs && readdirSync(folder).length > 0; waited += 100) {
    Atomics.wait(pause, 0, 0, 100);
  }
  return readdirSync(folder);
}

/** To standard error, since standard output may be TAP. */
function printSlowest(text) {
  const files = text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('\t'))
    .sort(([one], [other]) => other - one);
  if (files.length < MANY_FILES) return;
  console.error(`\nThe slowest of ${files.length} test files, in seconds:`);
  for (const [seconds, file] of files.slice(0, LISTED_FILES)) console.error(`${seconds.padStart(7)}  ${file}`);
}

/** A process that removes the folder after this one has ended by a signal. */
function startSweeper(folder) {
  const sweeper = spawn(process.execPath, [path.join(__dirname, 'sweeper.js'), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  sweeper.stdin.on('error', () => undefined);
  sweeper.on('error', () => undefined);
  sweeper.unref();
  sweeper.stdin.unref();
}

module.exports = { openTestRun };

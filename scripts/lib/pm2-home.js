'use strict';

/**
 * A separate PM2: its daemon, its apps and all its files belong to one temporary folder and are removed with it.
 */

const { spawn } = require('node:child_process');
const { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { connectToDaemon } = require('./daemon');

/** Variables by which a surrounding PM2, cluster or npm would change the behaviour of this one. */
const FOREIGN = /^(PM2_|pm_|npm_|pmx$|NODE_APP_INSTANCE$|NODE_UNIQUE_ID$|NODE_CHANNEL_|instance_var$)/;

/**
 * Makes the folder and starts the daemon in it.
 *
 * @param {object} [options]
 * @param {string} [options.pm2] name of the package to take PM2 from
 * @param {string} [options.prefix] what the folder's name begins with
 */
async function createPm2Home({ pm2 = 'pm2', prefix = 'pm2-exporter-' } = {}) {
  const bin = path.join(path.dirname(require.resolve(`${pm2}/package.json`)), 'bin', 'pm2');
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), prefix)));
  const home = path.join(folder, 'pm2');
  mkdirSync(home);
  // PM2 leaves this file at its first run. Without it, PM2 asks the network for its newest version.
  writeFileSync(path.join(home, 'touch'), '');
  const guard = startGuard(folder, bin);

  let closing;
  const running = new Set();

  /** Runs one of PM2's commands and returns what it printed. */
  function command(...args) {
    if (closing) return Promise.reject(new Error('This PM2 is being taken down'));
    const result = runPm2(bin, home, args, guard);
    running.add(result);
    const done = () => running.delete(result);
    result.then(done, done);
    return result;
  }

  /** Takes everything down. Repeatable; never rejects. */
  function close() {
    closing ??= (async () => {
      daemon.close();
      // A command that is still at work may be about to start the daemon that has to be ended.
      await Promise.allSettled([...running]);
      await takeDown(folder, bin);
      await guard.dismiss();
    })();
    return closing;
  }

  const daemon = connectToDaemon(home);
  try {
    await command('ping');
  } catch (error) {
    await close();
    throw error;
  }
  return { folder, home, command, call: daemon.call, close };
}

/** @param {object} [guard] told of the process, to end it if this process cannot */
function runPm2(bin, home, args, guard) {
  return new Promise((resolve, reject) => {
    // In a process group of its own: Ctrl-C ends all processes of the terminal's group, and a command that is ended
    // half-way may leave a daemon of which there is no pid file yet.
    const child = spawn(process.execPath, [bin, ...args], {
      cwd: home,
      env: environment(home),
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    guard?.note(`+${child.pid}`);
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.once('error', reject);
    child.once('close', (code) => {
      guard?.note(`-${child.pid}`);
      if (code === 0) resolve(output);
      else reject(new Error(`pm2 ${args.join(' ')} ended with ${code}:\n${output}`));
    });
  });
}

function environment(home) {
  const own = Object.entries(process.env).filter(([name]) => !FOREIGN.test(name));
  return { ...Object.fromEntries(own), PM2_HOME: home };
}

/** Ends the daemon of that folder with all its apps, and removes the folder. */
async function takeDown(folder, bin) {
  const home = path.join(folder, 'pm2');
  const daemonPid = readPid(path.join(home, 'pm2.pid'));
  if (daemonPid !== undefined && isAlive(daemonPid)) {
    const pids = [...(await appPids(home)), daemonPid];
    await runPm2(bin, home, ['kill']).catch(() => undefined);
    await endAll(pids);
  }
  // Processes that were ended the hard way may have left a file handle or two for a moment.
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

async function appPids(home) {
  const daemon = connectToDaemon(home);
  try {
    const list = await daemon.call('getMonitorData', {}, 3000);
    return list.map((app) => app.pid).filter((pid) => pid > 0);
  } catch {
    return [];
  } finally {
    daemon.close();
  }
}

async function endAll(pids) {
  for (let waited = 0; waited < 5000 && pids.some(isAlive); waited += 50) await sleep(50);
  for (const pid of pids) {
    if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  }
}

function readPid(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * A process that takes the PM2 down if this process ends without doing so, for example when it is killed. The end of
 * its standard input tells the guard.
 */
function startGuard(folder, bin) {
  const child = spawn(process.execPath, [path.join(__dirname, 'guard.js'), folder, bin], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const ended = new Promise((resolve) => {
    child.once('exit', resolve);
    child.once('error', resolve);
  });
  child.stdin.on('error', () => undefined);
  child.unref();
  child.stdin.unref();
  return {
    /** Begin and end of a command: `+pid` and `-pid`. */
    note: (line) => void child.stdin.write(`${line}\n`),
    dismiss() {
      child.ref();
      child.stdin.end();
      return ended;
    },
  };
}

module.exports = { createPm2Home, takeDown };

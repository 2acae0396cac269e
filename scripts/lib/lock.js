/** A lock among processes: a file that holds the pid of the process that has it. */
'use strict';

const fs = require('node:fs');

const PAUSE_MS = 100;

/**
 * Runs a function while no other process of this machine runs one under the same lock. Blocks the thread meanwhile. The
 * lock of a process that has ended is taken over.
 *
 * @template T
 * @param {string} file its folder has to exist
 * @param {() => T} body
 * @returns {T}
 */
function withLock(file, body) {
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (!take(file)) Atomics.wait(pause, 0, 0, PAUSE_MS);
  const release = () => fs.rmSync(file, { force: true });
  // The body may call process.exit().
  process.once('exit', release);
  try {
    return body();
  } finally {
    process.removeListener('exit', release);
    release();
  }
}

function take(file) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!isHeld(file)) fs.rmSync(file, { force: true });
  return false;
}

function isHeld(file) {
  try {
    const pid = Number(fs.readFileSync(file, 'utf8'));
    // Its holder has made the file and writes the pid next.
    if (pid === 0) return Date.now() - fs.statSync(file).mtimeMs < 1000;
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

module.exports = { withLock };

'use strict';

/**
 * Notices the end of the npm that runs this process as a script. npm and its shell pass signals on only in part: an
 * npm that is killed leaves its script running.
 */

const { readFileSync } = require('node:fs');

const PERIOD_MS = 500;

/** Calls back once npm is gone; never if this process was not started by npm. */
function onNpmGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  // A shell between npm and this process outlives npm. Linux alone shows the parent of another process.
  const shell = parentOf(parent)?.name === 'sh' ? parentOf(parent).ppid : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (shell === undefined || parentOf(parent)?.ppid === shell)) return;
    clearInterval(timer);
    callback();
  }, PERIOD_MS);
  timer.unref();
}

/** Name of a process, and the process that it belongs to now. */
function parentOf(pid) {
  try {
    const [, name, ppid] = /^\d+ \((.*)\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return { name, ppid: Number(ppid) };
  } catch {
    return undefined;
  }
}

module.exports = { onNpmGone };

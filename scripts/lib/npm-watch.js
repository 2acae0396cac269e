'use strict';

/**
 * Notices the end of the npm that runs us as a script. npm and the shell between pass signals on only in part: one
 * that is ended by a signal of its own leaves its script running.
 */

const { readFileSync } = require('node:fs');

const PERIOD_MS = 500;

/** Calls back once npm is gone; never where no npm runs us. */
function onNpmGone(callback) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  // Where a shell stands between, it outlives npm. Only Linux lets us look, at no cost.
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

'use strict';

/** How long the calling thread has run, and how long it has waited for a CPU. Only Linux measures it per thread. */

const { openSync, readSync } = require('node:fs');

const SPACE = 0x20;
const ZERO = 0x30;

/**
 * Some callers read it at every turn of the event loop: it must not make garbage.
 *
 * @returns {(() => {ranMs: number, waitedMs: number}) | undefined} always the same object, brought up to date; nothing
 *   where the system does not tell
 */
function threadClock() {
  let file;
  try {
    file = openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return undefined;
  }
  const buffer = Buffer.alloc(64);
  const clock = { ranMs: 0, waitedMs: 0 };
  return () => {
    readSync(file, buffer, 0, 64, 0);
    let at = 0;
    let ran = 0;
    let waited = 0;
    for (; buffer[at] !== SPACE; at++) ran = ran * 10 + (buffer[at] - ZERO);
    for (at++; buffer[at] !== SPACE; at++) waited = waited * 10 + (buffer[at] - ZERO);
    clock.ranMs = ran / 1e6;
    clock.waitedMs = waited / 1e6;
    return clock;
  };
}

module.exports = { threadClock };

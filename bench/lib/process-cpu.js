'use strict';

/** CPU time of other processes, all their threads together. Linux only. */

const { readFileSync, readdirSync } = require('node:fs');

/** @returns milliseconds since the process was started */
function processCpuMs(pid) {
  let nanos = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    } catch {
      // It has ended since it was listed.
    }
  }
  return nanos / 1e6;
}

module.exports = { processCpuMs };

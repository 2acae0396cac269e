'use strict';

/** CPU time of other processes, summed over their threads. Linux only. */

const { readFileSync, readdirSync } = require('node:fs');

/** @returns CPU time of the process since its start, in milliseconds; threads that have ended are not included */
function processCpuMs(pid) {
  let nanos = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanos += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0]);
    } catch {
      // The thread has ended since it was listed.
    }
  }
  return nanos / 1e6;
}

module.exports = { processCpuMs };

/** Passes ava's TAP on and ends with the line `N passed, N failed` that CI reads; fails where no test has run. */
'use strict';

const readline = require('node:readline');

async function summarise() {
  let passed = 0;
  let skipped = 0;
  let failed = 0;
  let complete = false;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(line);
    if (/^1\.\.\d+$/.test(line)) complete = true;
    const [result, not, directive] = /^(not )?ok \d+ - .*?(# (?:SKIP|TODO))?$/.exec(line) ?? [];
    if (result === undefined) continue;
    if (directive !== undefined) skipped++;
    else if (not !== undefined) failed++;
    else passed++;
  }
  // Output of tests is indented or a comment, so these lines are ava's own. Without its plan, ava has not come to its
  // end.
  if (!complete) {
    console.log('The test run ended before its plan: it has crashed.');
    failed++;
  }
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  if (failed > 0 || passed === 0) process.exitCode = 1;
}

void summarise();

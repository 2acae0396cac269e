/**
 * `npm test`: ava with the given arguments, on a fresh clone too. `--full` adds the files in folders named `matrix`, and
 * `--watch` without a file watches the quick part.
 */
'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { ensureBuilt, ensureInstalled, root } = require('./ensure');
const { quickFiles } = require('./lib/suite');
const { openTestRun } = require('./lib/test-run');

const given = process.argv.slice(2);
const args = given.filter((arg) => arg !== '--full');
const watches = args.some((arg) => ['--watch', '-w'].includes(arg));
/** An option's value may look like a file too: the run then begins without a build, which tests ask for themselves. */
const namesFiles = args.some((arg) => !arg.startsWith('-') && /[/\\.]/.test(arg));

ensureInstalled();
// Tests of sources need no build, and tests of what is built ask for it. A whole run has it beforehand, so that no
// test's time limit pays for it.
if (!namesFiles && !watches) ensureBuilt();
if (!namesFiles && watches) args.push(...quickFiles());
if (args.length < given.length) process.env.TEST_MATRIX = '1';

// A watched run that the next one interrupts may leave files behind, which is no failure.
openTestRun({ checks: !watches });

// In this process: signals and exit code are ava's own, with nothing between.
process.argv = [process.argv[0], path.join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs'), ...args];
void import(pathToFileURL(process.argv[1]).href);

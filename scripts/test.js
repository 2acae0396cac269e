/** `npm test`: ava with the given arguments, on a fresh clone too. */
'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { ensureBuilt, ensureInstalled, root } = require('./ensure');

ensureInstalled();
ensureBuilt();

// In this very process: signals and exit code are then ava's own, with nothing between.
process.argv[1] = path.join(root, 'node_modules', 'ava', 'entrypoints', 'cli.mjs');
void import(pathToFileURL(process.argv[1]).href);

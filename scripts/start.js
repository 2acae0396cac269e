/** `npm start`: the demo, on a fresh clone too. */
'use strict';

const Module = require('node:module');
const path = require('node:path');
const { ensureBuilt, ensureInstalled, root } = require('./ensure');

ensureInstalled();
ensureBuilt();

// In this very process: signals, exit code and arguments are then the demo's own, with nothing between.
process.argv[1] = path.join(root, 'examples', 'demo.js');
Module.runMain();

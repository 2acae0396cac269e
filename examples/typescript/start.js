'use strict';

/**
 * Loads app.ts by ts-node, here and not by `node_args`: when those are read in cluster mode, the process is still in another
 * folder. From Node.js 22.18 on this file is not needed: PM2 can start app.ts itself, with the interpreter 'node'.
 */
require('ts-node/register/transpile-only');
require('./app.ts');

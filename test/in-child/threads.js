'use strict';

/** Counts the worker threads of this process from the moment on that they are asked for, until they have ended. */
const workerThreads = require('node:worker_threads');

let count = 0;

workerThreads.Worker = class extends workerThreads.Worker {
  constructor(...args) {
    super(...args);
    count++;
    this.once('exit', () => count--);
  }
};

module.exports = { threads: () => count };

'use strict';

/** Sends orders to the shop, and counts by process those that have been answered: these the shop has counted. */
const http = require('node:http');

/** @param {number} port */
function startLoad(port, periodMs = 5) {
  const open = new Set();
  /** By pid. */
  let answered = new Map();
  /** Orders without an answer: the shop may have counted them. */
  let failed = 0;
  let timer;

  function begin() {
    timer = setInterval(() => {
      const order = send(port).then(
        (pid) => answered.set(pid, (answered.get(pid) ?? 0) + 1),
        () => failed++,
      );
      open.add(order);
      void order.then(() => open.delete(order));
    }, periodMs);
  }

  /** Ends it for now. @returns what has come of all orders since the last end */
  async function end() {
    clearInterval(timer);
    await Promise.all(open);
    const result = { answered, failed };
    answered = new Map();
    failed = 0;
    return result;
  }

  return { begin, end };
}

/** A connection per order: a kept connection stays with one instance of the cluster. */
function send(port) {
  return new Promise((resolve, reject) => {
    const options = { port, host: '127.0.0.1', path: '/order', agent: false, timeout: 2000 };
    const request = http.get(options, (response) => {
      let pid = '';
      response.on('data', (text) => (pid += text));
      response.once('end', () => resolve(Number(pid)));
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error('no answer')));
    request.once('error', reject);
  });
}

module.exports = { startLoad };

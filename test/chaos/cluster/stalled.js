'use strict';

/** Clients of the metrics server that ask for more than fits into their sockets, and stop reading. */
const { connect } = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { until } = require('./cluster');
const { scrape } = require('./scraper');

const CLIENTS = 12;
const REQUESTS = 1000;
const SCRAPES = 3;

/** A scrape beside them gets its answer, while they are there. */
async function stopReading({ metricsPort }, random) {
  const view = random.pick(['/metrics', '/metrics/cluster']);
  const clients = Array.from({ length: CLIENTS }, () => stalled(metricsPort, view));
  try {
    for (let left = SCRAPES; left > 0; left--) {
      await sleep(random.below(500));
      await until('scrape beside clients that stop reading', () => scrape(metricsPort, '/metrics/cluster'));
    }
  } finally {
    for (const client of clients) client.destroy();
  }
}

/** Without a listener for data, a socket reads no more than its own small buffer holds. */
function stalled(port, view) {
  const client = connect(port, '127.0.0.1');
  // The server closes the connection of the slowest when others need its place.
  client.on('error', () => undefined);
  client.write(`GET ${view} HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(REQUESTS));
  return client;
}

module.exports = { stopReading };

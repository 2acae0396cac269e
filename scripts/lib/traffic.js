'use strict';

/** A trickle of HTTP requests of several kinds. */

const REQUESTS = [
  ['GET', '/shop'],
  ['GET', '/shop/items/1'],
  ['GET', '/shop/items/2'],
  ['POST', '/shop/orders'],
  ['GET', '/shop/nowhere'],
  ['GET', '/mashroom/health/ready'],
];

/**
 * @param {number} port
 * @param {number} periodMs milliseconds between two requests
 * @returns {() => void} ends the traffic
 */
function startTraffic(port, periodMs = 50) {
  let count = 0;
  const timer = setInterval(() => {
    // At random: in a fixed order each instance of a cluster would always get the same requests.
    const [method, path] = REQUESTS[Math.floor(Math.random() * REQUESTS.length)];
    // A connection per request: a kept connection stays with one instance of the cluster.
    const headers = { connection: 'close', cookie: `session=s${count++ % 17}` };
    fetch(`http://127.0.0.1:${port}${path}`, { method, headers }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
  }, periodMs);
  return () => clearInterval(timer);
}

module.exports = { startTraffic };

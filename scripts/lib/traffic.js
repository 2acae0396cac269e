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
 * @param {number | (() => number)} period milliseconds between two requests, or what tells them each time
 * @returns {() => void} ends the traffic
 */
function startTraffic(port, period = 50) {
  let count = 0;
  let timer;
  const request = () => {
    timer = setTimeout(request, typeof period === 'number' ? period : period());
    // At random: in a fixed order each instance of a cluster would always get the same requests.
    const [method, path] = REQUESTS[Math.floor(Math.random() * REQUESTS.length)];
    // A connection per request: a kept connection stays with one instance of the cluster.
    const headers = { connection: 'close', cookie: `session=s${count++ % 17}` };
    fetch(`http://127.0.0.1:${port}${path}`, { method, headers }).then(
      (response) => response.arrayBuffer(),
      () => undefined,
    );
  };
  request();
  return () => clearTimeout(timer);
}

module.exports = { startTraffic };

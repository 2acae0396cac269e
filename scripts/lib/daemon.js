'use strict';

/**
 * Remote calls to a PM2 daemon over one connection, without PM2's own client: that one would start a daemon where
 * none is, and takes the home of its process where we have several.
 */

const axon = require('pm2-axon');
const rpc = require('pm2-axon-rpc');

const CALL_TIMEOUT_MS = 30_000;

/** @param {string} home the daemon's PM2_HOME */
function connectToDaemon(home) {
  const socket = axon.socket('req');
  const client = new rpc.Client(socket);
  // Without a listener, a daemon that goes away would be an uncaught error here. Calls in flight time out.
  socket.on('error', () => undefined);
  socket.connect(`${home}/rpc.sock`);

  return {
    call(method, argument = {}, timeoutMs = CALL_TIMEOUT_MS) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`PM2 did not answer ${method} in time`)), timeoutMs);
        client.call(method, argument, (error, result) => {
          clearTimeout(timer);
          if (error) reject(error);
          else resolve(result);
        });
      });
    },
    close() {
      socket.close();
    },
  };
}

module.exports = { connectToDaemon };

'use strict';

/**
 * Remote calls to a PM2 daemon over one connection, without PM2's own client: that client starts a daemon where there
 * is none, and knows only the one home of its process.
 */

const axon = require('pm2-axon');
const rpc = require('pm2-axon-rpc');

const CALL_TIMEOUT_MS = 30_000;

/** @param {string} home the daemon's PM2_HOME */
function connectToDaemon(home) {
  const socket = axon.socket('req');
  const client = new rpc.Client(socket);
  // Without a listener, the end of the daemon is an uncaught error. Calls that are under way time out.
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

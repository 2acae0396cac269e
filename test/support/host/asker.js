'use strict';

/** A PM2 app that asks other apps for their metrics by PM2's API, as users' scripts do, and gives a test the replies. */

const pm2 = require(process.env.PM2_MODULE);
const { serveControl } = require('./control');

let messages = [];
const connected = new Promise((resolve, reject) => pm2.connect((error) => (error ? reject(error) : resolve())));

process.on('message', (message) => {
  if (typeof message?.topic === 'string') messages.push(message);
});

function send(target, packet) {
  return new Promise((resolve) => {
    pm2.sendDataToProcessId(target, packet, (error) => resolve(error ? error.message : undefined));
  });
}

serveControl({
  /** Sends the packet `times` times at once; returns PM2's error messages. */
  async send({ target, packet, times = 1 }) {
    await connected;
    const results = await Promise.all(Array.from({ length: times }, () => send(target, { ...packet })));
    return results.filter((result) => result !== undefined);
  },
  /** Messages since the last time, whole or by sender only. */
  take({ whole = true } = {}) {
    const taken = messages;
    messages = [];
    return whole ? taken : taken.map(({ from, topic }) => ({ from, topic }));
  },
  count: () => messages.length,
});

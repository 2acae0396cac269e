'use strict';

/** Lets a test command a process that PM2 runs: JSON over a socket named by the process's pid. */

const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

/** @param {Record<string, (argument: any) => unknown>} commands */
function serveControl(commands) {
  const server = http.createServer((req, res) => {
    let body = '';
    req.on('data', (data) => (body += data));
    req.on('end', () => {
      answer(commands, JSON.parse(body)).then((result) => res.end(JSON.stringify(result)));
    });
  });
  const file = path.join(process.env.CONTROL_FOLDER, `${process.pid}.sock`);
  // It is there under its name once it listens: before, it refuses connections. `exclusive`, or the cluster's instances would
  // share one socket.
  server.listen({ path: `${file}.new`, exclusive: true }, () => fs.renameSync(`${file}.new`, file));
  server.unref();
}

async function answer(commands, { command, argument }) {
  try {
    return { ok: true, value: await commands[command](argument) };
  } catch (error) {
    return { ok: false, message: String(error?.stack ?? error) };
  }
}

module.exports = { serveControl };

'use strict';

/** Starts apps/stub-daemon.js with a temporary folder for its socket. */

const { fork } = require('node:child_process');
const { once } = require('node:events');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const path = require('node:path');

async function startStubDaemon() {
  const home = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const socket = path.join(home, 'rpc.sock');
  const child = fork(path.join(__dirname, '../apps/stub-daemon.js'), [socket], { execArgv: [] });
  await once(child, 'message');
  return {
    home,
    address: { kind: 'path', path: socket },
    stop() {
      child.kill('SIGKILL');
      rmSync(home, { recursive: true, force: true });
    },
  };
}

module.exports = { startStubDaemon };

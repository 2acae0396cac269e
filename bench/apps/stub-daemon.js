'use strict';

/**
 * Replaces PM2's daemon where only the instance's side is measured: a process that takes all answers and discards them.
 * Argument: the path of the socket to listen on.
 */

const axon = require('pm2-axon');
const rpc = require('pm2-axon-rpc');

const [path] = process.argv.slice(2);
const socket = axon.socket('rep');
new rpc.Server(socket).expose({ sendDataToProcessId: (_packet, done) => done(null, {}) });
socket.on('bind', () => process.send('ready'));
socket.bind(path);
process.on('disconnect', () => process.exit());

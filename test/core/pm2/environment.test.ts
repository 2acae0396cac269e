import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'ava';
import { daemonAddress } from '../../../core/pm2/daemon-address';
import { readPm2Environment } from '../../../core/pm2/environment';

test('a process has been started by PM2 if it has an id and a channel', (t) => {
  // Not the home of a daemon that may run on this machine.
  const PM2_HOME = '/nowhere';
  t.is(readPm2Environment({ PM2_HOME, pm_id: '0' })?.pmId, '0');
  t.is(readPm2Environment({ PM2_HOME, pm_id: '17' })?.pmId, '17');
  for (const env of [{}, { pm_id: '' }, { pm_id: 'web' }, { pm_id: '-1' }]) t.is(readPm2Environment(env), undefined);
  const { send } = process;
  delete process.send;
  const without = readPm2Environment({ PM2_HOME, pm_id: '0' });
  process.send = send as NonNullable<typeof send>;
  t.is(without, undefined);
});

const onUnix = process.platform === 'win32' ? test.skip : test;

onUnix("the daemon is where PM2 itself would look for it (sockets: Windows has one pipe's name for all)", (t) => {
  const daemon = daemonAddress;
  t.deepEqual(daemon({}), { kind: 'path', path: join(homedir(), '.pm2', 'rpc.sock') });
  t.deepEqual(daemon({ PM2_HOME: '/some/home' }), { kind: 'path', path: '/some/home/rpc.sock' });
  t.deepEqual(daemon({ PM2_HOME: 'some' }), { kind: 'path', path: resolve('some', 'rpc.sock') });
  t.deepEqual(daemon({ PM2_HOME: '/x', PM2_DAEMON_RPC_PORT: '4711' }), { kind: 'port', port: 4711 });
  t.deepEqual(daemon({ PM2_HOME: '/x', PM2_DAEMON_RPC_PORT: '/a.sock' }), { kind: 'path', path: '/a.sock' });
});

/** The connection to the daemon of a real PM2. */
import { join } from 'node:path';
import test from 'ava';
import { createPm2Home } from '../../../scripts/lib/pm2-home';
import { Daemon, DaemonError } from '../../../core/pm2/daemon';

const PATIENT_MS = 30_000;

test('a daemon that is killed and started again is reached again, and none is started by us', async (t) => {
  const pm2 = await createPm2Home();
  t.teardown(() => pm2.close());
  const daemon = new Daemon({ kind: 'path', path: join(pm2.home, 'rpc.sock') });
  t.teardown(() => daemon.close());
  const send = (timeoutMs = PATIENT_MS) =>
    daemon.sendDataToProcessId([Buffer.from('{"id":7,"topic":"t","data":1}')], timeoutMs);

  await t.throwsAsync(send(), { instanceOf: DaemonError, code: 'REFUSED', message: /7/ });
  await pm2.command('kill');
  await t.throwsAsync(send(1000), { instanceOf: DaemonError, code: 'UNREACHABLE' });
  await pm2.command('ping');
  await t.throwsAsync(send(), { instanceOf: DaemonError, code: 'REFUSED', message: /7/ });
});

/** An app with a `uid` of its own may not use the socket of PM2's daemon: no request was answered, and nothing said so. */
import { existsSync } from 'node:fs';
import test from 'ava';
import { built } from '../support/built';
import { exporterLines, placesApp } from '../support/places';
import { withPm2 } from '../support/pm2';
import { until } from '../support/until';

test.before(built);

const asRoot = process.getuid?.() === 0 && existsSync('/proc') ? test.serial : test.serial.skip;

asRoot('an app of another user that may not use the socket of PM2 says so once, with path and remedy', async (t) => {
  await withPm2(7, async (pm2) => {
    await pm2.start(placesApp('other-user', 'itself', { uid: 'nobody' }));
    const { id } = await until('the app', async () =>
      (await pm2.list('other-user')).find(({ status }) => status === 'online'),
    );
    const lines = await until('the line', async () => {
      await pm2.call('sendDataToProcessId', { id, topic: 'getMetrics', from: id, data: null }).catch(() => undefined);
      return exporterLines(pm2, 'other-user');
    });
    t.is(lines.length, 1);
    t.regex(
      lines[0] ?? '',
      /Answering requests for metrics does not work, .* no connection to .*\/rpc\.sock \(EACCES\)/,
    );
    t.regex(lines[0] ?? '', /uid \d+\) may not use the socket: .*PM2_SOCKET_USER/);
    // What needs no socket works.
    t.is((await pm2.list('other-user'))[0]?.restarts, 0);
  });
});

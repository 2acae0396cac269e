/** HTTPS with certificates that are replaced while it runs. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import test from 'ava';
import { until } from '../../../test/support/until';
import { filesOf, one, presented, two } from './pair-files';
import { run } from './running-server';

test('it serves HTTPS, and its targets for Prometheus have the scheme https', async (t) => {
  const { options } = filesOf(t, one);
  const running = await run(t, options, { instances: () => Promise.resolve([{ app: 'shop', pmId: 0 }]) });
  t.regex(running.url, /^https:/);
  t.is((await running.get('/metrics', { ca: one.cert })).status, 200);
  await t.throwsAsync(running.get('/metrics', { ca: two.cert }), { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  const { text } = await running.get('/sd', { ca: one.cert });
  t.deepEqual(JSON.parse(text), [
    {
      targets: [`127.0.0.1:${running.port}`],
      labels: { __scheme__: 'https', __metrics_path__: '/metrics/0/all', pm2_app: 'shop', pm_id: '0' },
    },
  ]);
});

test('new connections get a new certificate, and a broken one changes nothing', async (t) => {
  const { cert, key, write, writePair, options } = filesOf(t, one);
  const { url, logged } = await run(t, options);
  const errors = () => logged.filter(({ level }) => level === 50).length;
  const failed = (count: number) => until(`error ${count}`, () => errors() >= count || undefined);
  const replaced = (name: string) =>
    until(`certificate ${name}`, async () => (await presented(url)) === name || undefined);
  t.is(await presented(url), 'one');

  write(cert, 'no certificate');
  await failed(1);
  t.is(await presented(url), 'one');
  // It is logged once, although the files are checked each second.
  await pause(2500);
  t.is(errors(), 1);

  // Half of a new pair, as it is between the writing of the two files.
  write(cert, two.cert);
  await failed(2);
  t.is(await presented(url), 'one');
  write(key, two.key);
  await replaced('two');

  rmSync(cert);
  await failed(3);
  t.is(await presented(url), 'two');
  writePair(one);
  await replaced('one');
  t.is(errors(), 3);
  t.false(JSON.stringify(logged).includes('PRIVATE KEY'));
});

test('a client without TLS is disconnected, and others are served', async (t) => {
  const { options } = filesOf(t, one);
  const { port, url, logged } = await run(t, options);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  t.is(await presented(url), 'one');
  t.is(logged.filter(({ level }) => Number(level) >= 50).length, 0);
});

test('a start with files that are not a certificate and its key is refused', async (t) => {
  const { cert, key, write, options } = filesOf(t, one);
  write(key, two.key);
  await t.throwsAsync(run(t, options), {
    message: `${cert} and ${key} cannot be used, expected a certificate in PEM and its key`,
  });
  rmSync(key);
  await t.throwsAsync(run(t, options), { code: 'ENOENT', message: new RegExp(key) });
});

/** HTTPS with certificates that are replaced while it runs. */
import { once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { until } from '../../../test/support/until';
import { selfSigned } from './certificates';
import type { Pair } from './certificates';
import { open, optionsOf, run } from './running-server';

const one = selfSigned('one');
const two = selfSigned('two');

function files(t: ExecutionContext, pair: Pair) {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-tls-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const write = (file: string, text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };
  const writePair = (next: Pair) => {
    write(cert, next.cert);
    write(key, next.key);
  };
  writePair(pair);
  return { cert, key, write, writePair, options: optionsOf({ PM2_METRICS_TLS_CERT: cert, PM2_METRICS_TLS_KEY: key }) };
}

/** The name in the certificate that a new connection gets. It has to be signed by one of the two. */
async function presented(url: string): Promise<string> {
  const response = await open(url, '/-/healthy', { ca: [one.cert, two.cert] });
  const { socket } = response;
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject.CN : undefined;
  response.resume();
  return String(name);
}

test('it serves HTTPS, and its targets for Prometheus have the scheme https', async (t) => {
  const { options } = files(t, one);
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
  const { cert, key, write, writePair, options } = files(t, one);
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

test('a pair that is written slowly is used once it is complete and fits', async (t) => {
  const { cert, key, writePair, options } = files(t, one);
  const { url } = await run(t, options);
  // A chain whose second certificate is cut off: OpenSSL takes the first one alone.
  const chain = `${two.cert}${two.cert}`;
  for (const [certText, keyText] of [
    ['', ''],
    [two.cert.slice(0, 400), two.key],
    [two.cert, two.key.slice(0, 200)],
    [two.cert, one.key],
    [chain.slice(0, two.cert.length + 300), two.key],
  ] as const) {
    writeFileSync(cert, certText);
    writeFileSync(key, keyText);
    for (let looks = 0; looks < 5; looks++) {
      t.is(await presented(url), 'one');
      await pause(500);
    }
  }
  writePair(two);
  await until('the new pair', async () => (await presented(url)) === 'two' || undefined);
});

test('incomplete pairs are refused at the start', async (t) => {
  const { cert, key, write, options } = files(t, one);
  for (const [certText, keyText] of [
    ['', ''],
    ['', one.key],
    [one.cert, ''],
    [one.cert.slice(0, -20), one.key],
    [one.cert, one.key.slice(0, -20)],
  ] as const) {
    write(cert, certText);
    write(key, keyText);
    await t.throwsAsync(run(t, options), { message: /cannot be used, expected a certificate in PEM and its key$/ });
  }
});

test('a client without TLS is disconnected, and others are served', async (t) => {
  const { options } = files(t, one);
  const { port, url, logged } = await run(t, options);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  t.is(await presented(url), 'one');
  t.is(logged.filter(({ level }) => Number(level) >= 50).length, 0);
});

test('a start with files that are not a certificate and its key is refused', async (t) => {
  const { cert, key, write, options } = files(t, one);
  write(key, two.key);
  await t.throwsAsync(run(t, options), {
    message: `${cert} and ${key} cannot be used, expected a certificate in PEM and its key`,
  });
  rmSync(key);
  await t.throwsAsync(run(t, options), { code: 'ENOENT', message: new RegExp(key) });
});

/** Any headers of a client get a valid answer. */
import test from 'ava';
import * as fc from '../../../test/support/properties';
import { MAX_DEADLINE_MS, deadlineOf } from '../../src/http/deadline';
import { targetOf } from '../../src/http/discovery';
import { run } from './running-server';

test('any Accept and Accept-Encoding give a known format', async (t) => {
  const running = await run(t);
  const parts = [
    'text/plain',
    'application/openmetrics-text',
    '*/*',
    ';q=',
    '0.5',
    ';version=1.0.0',
    ',',
    '"',
    '=',
    ';',
    'gzip',
    '*',
    ' ',
  ];
  const header = fc.array(fc.oneof(fc.constantFrom(...parts), fc.string({ maxLength: 4 }))).map((all) => all.join(''));
  const sendable = header.filter((text) => /^[\t\x20-\x7e]*$/.test(text));
  const property = fc.asyncProperty(sendable, sendable, async (accept, encoding) => {
    const { status, headers, text } = await running.get('/metrics', {
      headers: { accept, 'accept-encoding': encoding },
    });
    t.is(status, 200);
    t.regex(
      String(headers['content-type']),
      /^(?:text\/plain; version=0\.0\.4|application\/(?:openmetrics-text|vnd\.google)).*/,
    );
    t.is(text, 'exposition of {"view":"all"}\n');
  });
  await fc.assert(property, { numRuns: 200 });
});

test('a target is an address with a port, for any header Host', (t) => {
  const host = fc.oneof(
    fc.string(),
    fc.domain(),
    fc.stringMatching(/^[0-9a-z.]{1,5}$/),
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
  );
  const full = fc.tuple(host, fc.option(fc.oneof(fc.nat(99_999).map(String), fc.string()), { nil: undefined }));
  const property = fc.property(full, fc.boolean(), ([name, port], tls) => {
    const target = targetOf(port === undefined ? name : `${name}:${port}`, { localAddress: '::1', localPort: 9 }, tls);
    const { hostname, port: number, pathname } = new URL(`ftp://${target}`);
    return hostname !== '' && (number !== '' || target.endsWith(':21')) && pathname === '/' && !target.includes('@');
  });
  fc.assert(property, { numRuns: 500 });
  t.pass();
});

test('instances always have some time, and less than the scraper waits', (t) => {
  const property = fc.property(fc.double({ min: 0.001, max: 1e6, noNaN: true }), (seconds) => {
    const ms = deadlineOf(seconds.toFixed(6), 5);
    return ms > 0 && ms < Number(seconds.toFixed(6)) * 1000 && ms <= MAX_DEADLINE_MS;
  });
  fc.assert(property);
  t.pass();
});

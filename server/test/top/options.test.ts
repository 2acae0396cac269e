/** Where `top` finds the server, and by which credentials. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readTopCommandLine } from '../../src/top/options';

const read = (argv: readonly string[], env: NodeJS.ProcessEnv = {}, folder = '/') =>
  readTopCommandLine({ argv, env, folder, version: '1.2.3' });

function options(argv: readonly string[], env: NodeJS.ProcessEnv = {}, folder = '/') {
  const line = read(argv, env, folder);
  if (line.kind !== 'run') throw new Error(line.stderr);
  return line.options;
}

const urlOf = (argv: readonly string[], env: NodeJS.ProcessEnv = {}): string => options(argv, env).address.url.href;
const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

test('the server is the one of this host, as its options say, or that of --url', (t) => {
  t.is(urlOf([]), 'http://127.0.0.1:15050/');
  t.is(urlOf([], { PM2_METRICS_PORT: '9209', PM2_METRICS_HOST: '0.0.0.0' }), 'http://127.0.0.1:9209/');
  t.is(urlOf(['--host', '::', '--port', '80']), 'http://[::1]/');
  t.is(urlOf([], { PM2_METRICS_TLS_CERT: 'c', PM2_METRICS_TLS_KEY: 'k' }), 'https://127.0.0.1:15050/');
  t.is(urlOf(['--url', 'https://web-1.example/metrics-of-pm2?x=1#y']), 'https://web-1.example/metrics-of-pm2/');
});

test('credentials come from files and the environment', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'top-options-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'password'), 'a:b\r\n');
  writeFileSync(join(folder, 'tokens'), '\n first \nsecond\n');
  writeFileSync(join(folder, 'server.json'), '{"port": 9209, "bearerTokenFiles": ["tokens"]}');
  const authorization = (argv: readonly string[], env: NodeJS.ProcessEnv = {}) =>
    options(argv, env, folder).address.authorization;
  t.is(authorization([]), undefined);
  t.is(authorization(['--basic-auth-user', 'me', '--basic-auth-password-file', 'password']), basic('me:a:b'));
  t.is(authorization(['--basic-auth-user', 'me'], { PM2_METRICS_BASIC_AUTH_PASSWORD: 'x' }), basic('me:x'));
  t.is(authorization(['--bearer-token-files', 'tokens']), 'Bearer first');
  t.is(authorization([], { PM2_METRICS_BEARER_TOKENS: 'y,z' }), 'Bearer y');
  t.is(authorization(['--config', 'server.json']), 'Bearer first');
  t.is(authorization([], { PM2_METRICS_CONFIG: 'server.json' }), 'Bearer first');
});

test('what is wrong is said in a sentence, without a secret', (t) => {
  for (const [argv, sentence] of [
    [['--url', 'web-1'], /expected an address such as https/],
    [['--url', 'https://me:secret@web-1/'], /which "ps" shows/],
    [['--basic-auth-password=secret'], /unknown option '--basic-auth-password'/],
    [['--basic-auth-user', 'me'], /set without a password/],
    [['--sort', 'colour'], /no column "colour", expected one of app, namespace, id, status/],
    [['--cardinality', '--sort', 'cpu'], /no column "cpu", expected one of series, grown/],
    [['--interval', '0'], /Expected a number from 0.2 to 3600/],
    [['--ca', 'no-such-file'], /no-such-file cannot be read: ENOENT/],
    [['--port', 'x'], /--port is "x"/],
    [['more'], /too many arguments/],
  ] as const) {
    const line = read(argv);
    t.is(line.kind, 'exit');
    if (line.kind !== 'exit') continue;
    t.is(line.code, 2);
    t.regex(line.stderr, sentence);
    t.notRegex(line.stderr, /secret@|=secret|web-1'/);
    t.is(line.stdout, '');
  }
});

test('the help names the options and where secrets come from, and fits 120 columns', (t) => {
  const help = read(['--help']);
  t.is(help.kind, 'exit');
  if (help.kind !== 'exit') return;
  t.is(help.code, 0);
  for (const word of [
    '--url',
    '--ca',
    '--insecure',
    '--once',
    '--json',
    '--cardinality',
    'PM2_METRICS_BEARER_TOKENS',
  ]) {
    t.true(help.stdout.includes(word), word);
  }
  for (const line of help.stdout.split('\n')) t.true(line.length <= 120, line);
  t.is(read(['--version']).kind, 'exit');
});

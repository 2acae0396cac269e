/** The process of the metrics server, from its start to its end. */
import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { get } from './http/running-server';
import { markingMessage } from '../../core/pm2/introductions';
import { WIRE_VERSION } from '../../core/wire/format';

const MAIN = resolve(__dirname, '../src/main.ts');

interface Server {
  readonly child: ChildProcess;
  readonly folder: string;
  readonly exited: Promise<unknown[]>;
  output(): string;
  /** Resolves when it listens. */
  url(): Promise<string>;
}

/** Starts it as PM2 does, without a daemon. */
function start(t: ExecutionContext, env: Readonly<Record<string, string>> = { pm_id: '0' }): Server {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-'));
  const child = fork(MAIN, {
    execArgv: ['--require=ts-node/register/transpile-only'],
    env: { PATH: process.env['PATH'], PM2_HOME: folder, PM2_METRICS_PORT: '0', ...env },
    silent: true,
  });
  let text = '';
  child.stdout?.on('data', (data) => (text += String(data)));
  child.stderr?.on('data', (data) => (text += String(data)));
  const exited = once(child, 'exit');
  t.teardown(() => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });
  const url = async (): Promise<string> => {
    for (;;) {
      const [, found] = /Listening at (http:[^"]+)/.exec(text) ?? [];
      if (found !== undefined) return found;
      await Promise.race([once(child.stdout as NodeJS.ReadableStream & NodeJS.EventEmitter, 'data'), exited]);
      if (child.exitCode !== null) throw new Error(text);
    }
  };
  return { child, folder, exited, output: () => text, url };
}

for (const [what, end] of [
  ['SIGINT', (child) => child.kill('SIGINT')],
  ['SIGTERM', (child) => child.kill('SIGTERM')],
  ["PM2's message", (child) => child.send('shutdown')],
  ['the end of its channel', (child) => child.disconnect()],
] as const satisfies readonly (readonly [string, (child: ChildProcess) => unknown])[]) {
  test.serial(
    `${what} ends it, more signals do not interrupt the end, and a state file that it could not read stays`,
    async (t) => {
      const { child, folder, exited, url, output } = start(t);
      const file = join(folder, 'pm2-metrics.state');
      writeFileSync(file, 'not its state');
      await url();
      end(child);
      for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM'] as const) child.kill(signal);
      t.deepEqual(await exited, [0, null], output());
      t.is(readFileSync(file, 'utf8'), 'not its state');
    },
  );
}

test.serial('without a daemon it runs, and answers that it is not ready', async (t) => {
  const url = await start(t).url();
  const asked = ['/-/healthy', '/-/ready', '/metrics', '/metrics/cluster', '/metrics/0', '/sd', '/'];
  const answers = await Promise.all(asked.map((path) => get(url, path)));
  t.deepEqual(
    answers.map(({ status }) => status),
    [200, 503, 503, 503, 503, 503, 200],
  );
});

test.serial('outside PM2 it prints how to start it, and starts nothing', async (t) => {
  const { exited, output } = start(t, {});
  t.deepEqual(await exited, [2, null]);
  t.regex(output(), /^ {2}pm2 start node_modules\/pm2-cluster-metrics\/dist\/src\/main\.js --name metrics$/m);
  t.regex(output(), /^ {2}pm2 install pm2-cluster-metrics$/m);
});

test.serial(
  'it retries a port in use for a while, and ends with an explanation, as with invalid options',
  async (t) => {
    const first = start(t);
    const { port } = new URL(await first.url());
    const second = start(t, { pm_id: '1', PM2_METRICS_PORT: port });
    t.deepEqual(await second.exited, [2, null]);
    t.regex(second.output(), /Cannot listen at 127\.0\.0\.1, port \d+: .*\(EADDRINUSE\)\. Trying again for 5 s/);
    t.regex(second.output(), /pm2-cluster-metrics: Cannot listen at .* another process listens there .*--port/);
    const third = start(t, { pm_id: '2', PM2_METRICS_PORT: 'x' });
    t.deepEqual(await third.exited, [2, null]);
    t.regex(third.output(), /PM2_METRICS_PORT is "x", expected a whole number/);
  },
);

test.serial('it tells PM2 that it is ready once it listens', async (t) => {
  const { child, url } = start(t);
  const messages: unknown[] = [];
  child.on('message', (message) => messages.push(message));
  await url();
  while (messages.length < 2) await once(child, 'message');
  // The second one marks it as a metrics server in what PM2 lists.
  t.deepEqual(messages, ['ready', markingMessage(WIRE_VERSION)]);
});

test.serial('files and configurations of any kind end the start with a sentence', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'pm2-metrics-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const empty = join(folder, 'empty.pem');
  writeFileSync(empty, '');
  const deep = join(folder, 'deep.json');
  writeFileSync(deep, `{"port":${'['.repeat(100_000)}${']'.repeat(100_000)},"\\u001b[2Jx":1}`);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const large = join(folder, 'large.json');
  writeFileSync(large, '{}'.padEnd(2 ** 20 + 1));
  for (const [env, said] of [
    [{ PM2_METRICS_TLS_CERT: empty, PM2_METRICS_TLS_KEY: empty }, /empty\.pem cannot be used, expected a certificate/],
    [
      { PM2_METRICS_TLS_CERT: empty, PM2_METRICS_TLS_KEY: `${empty}.not` },
      /The file .*empty\.pem\.not cannot be read: ENOENT/,
    ],
    [
      { PM2_METRICS_BEARER_TOKEN_FILES: pipe },
      /The file .*pipe cannot be read: it is a named pipe, expected a regular/,
    ],
    [
      { PM2_METRICS_BASIC_AUTH_USER: 'x', PM2_METRICS_BASIC_AUTH_PASSWORD_FILE: pipe },
      /The file .*pipe cannot be read: it is a named pipe/,
    ],
    [
      { PM2_METRICS_TLS_CERT: '/dev/zero', PM2_METRICS_TLS_KEY: empty },
      /The file \/dev\/zero cannot be read: it is a device/,
    ],
    [{ PM2_METRICS_CONFIG: pipe }, /The configuration file .*pipe cannot be read: it is a named pipe/],
    [{ PM2_METRICS_CONFIG: large }, /large\.json cannot be read: it has more than 1048576 bytes/],
    [{ PM2_METRICS_CONFIG: deep }, /port in .*deep\.json is nested too deep, expected a whole number/],
  ] as const) {
    const { exited, output } = start(t, { pm_id: '0', ...env });
    t.deepEqual(await exited, [2, null]);
    t.regex(output(), said);
    t.notRegex(output(), /[^\P{Cc}\n]| {4}at /u);
  }
});

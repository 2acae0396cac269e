/** The process of the metrics server, from its start to its end. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { get } from './http/running-server';
import { isRefused, start } from './main-process';
import { temporaryFolder } from './workers/cluster/state/state-files';

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

test.serial('files that are missing or too large end the start with a sentence', async (t) => {
  const folder = temporaryFolder(t);
  const empty = join(folder, 'empty.pem');
  writeFileSync(empty, '');
  const large = join(folder, 'large.json');
  writeFileSync(large, '{}'.padEnd(2 ** 20 + 1));
  for (const [env, said] of [
    [
      { PM2_METRICS_TLS_CERT: empty, PM2_METRICS_TLS_KEY: `${empty}.not` },
      /The file .*empty\.pem\.not cannot be read: ENOENT/,
    ],
    [{ PM2_METRICS_CONFIG: large }, /large\.json cannot be read: it has more than 1048576 bytes/],
  ] as const) {
    await isRefused(t, env, said);
  }
});

/** The metric reader in two instances of an app, under a real PM2, with the metrics server beside them. */
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import { freePort } from '../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../support/built';
import { withPm2 } from '../support/pm2';
import { until } from '../support/until';

test.before(built);

const samples = (text: string, name: string): Record<string, number> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.startsWith(`${name}{`))
      .map((line) => [/(?:queue|le)="([^"]+)"/.exec(line)?.[1] ?? '', Number(line.split(' ').at(-1))]),
  );

test('deltas of two instances are the totals of the cluster, and a shutdown collects once more', async (t) => {
  await withPm2(7, async (pm2) => {
    const port = await freePort();
    const script = join(PROJECT, 'test/fixtures/apps/reader.js');
    await pm2.start(
      { name: 'worker', script, exec_mode: 'cluster', instances: 2 },
      { name: 'metrics', script: METRICS_SERVER, exec_mode: 'fork', env: { PM2_METRICS_PORT: String(port) } },
    );
    const [one, other] = await pm2.ready('worker', 2);
    const text = async (): Promise<string> => (await fetch(`http://127.0.0.1:${port}/metrics/cluster`)).text();

    for (let round = 0; round < 3; round++) {
      await one?.ask('count', { by: 2, queue: 'mail' });
      await other?.ask('count', { by: 5, queue: round < 2 ? 'mail' : 'pdf' });
      for (const instance of [one, other]) await instance?.ask('flush');
    }
    const sums = await until('all jobs', async () => {
      const now = await text();
      return isDeepStrictEqual(samples(now, 'jobs_total'), { mail: 16, pdf: 5 }) ? now : undefined;
    });
    t.deepEqual(samples(sums, 'job_duration_count'), { mail: 5, pdf: 1 });
    await until('the total in pm2 monit', async () => {
      const { monitor } = await pm2.instance(one?.id ?? -1);
      return monitor['jobs']?.value === 6 ? true : undefined;
    });

    const observed = async (): Promise<number> => (await one?.ask<number>('observed')) ?? NaN;
    const calls = await observed();
    await one?.ask('shutdown');
    const last = await observed();
    t.true(last > calls, `${last} after ${calls}`);
    await one?.ask('flush');
    t.is(await observed(), last);
    t.notRegex(pm2.logs('worker'), /pm2-exporter/);
  });
});

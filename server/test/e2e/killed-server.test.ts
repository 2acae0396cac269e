/** The sums of the cluster where the metrics server itself is killed, under a real PM2. */
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import test from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../test/support/built';
import { startPm2, type Pm2 } from '../../../test/support/pm2';
import { until, untilEqual } from '../../../test/support/until';

let pm2: Pm2;
let shop: number;
let metrics: number;

test.before(async () => {
  await built();
  pm2 = await startPm2(7);
  [shop, metrics] = [await freePort(), await freePort()];
  const script = join(PROJECT, 'test/fixtures/apps/shop.js');
  await pm2.start(
    { name: 'shop', script, exec_mode: 'cluster', instances: 3, env: { PORT: String(shop) } },
    {
      name: 'metrics',
      script: METRICS_SERVER,
      exec_mode: 'fork',
      instances: 2,
      wait_ready: true,
      listen_timeout: 60_000,
      env: { PM2_METRICS_PORT: String(metrics) },
    },
  );
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

test.after.always(() => pm2?.close());

/** The sum that the server shows; `undefined` where its answer has none, such as status 503 of a busy machine. */
async function sum(): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics/cluster`)).text();
  const shown = /^shop_orders_total\{.*\} (\d+)$/m.exec(text)?.[1];
  return shown === undefined ? undefined : Number(shown);
}

/** The process that listens. */
async function owner(): Promise<number> {
  return until('owner', async () => {
    const listening = [...pm2.logs('metrics').matchAll(/"pid":(\d+)[^\n]*Listening at/g)].map(([, pid]) => Number(pid));
    return (await pm2.list('metrics')).find(({ pid }) => listening.includes(pid))?.pid;
  });
}

const order = () => until('an order', async () => (await fetch(`http://127.0.0.1:${shop}/book`)).text());

test.serial(
  'of two processes one keeps sums and listens, and the other one takes over when that is killed',
  async (t) => {
    // The start waited for `ready` of both. PM2 writes their lines a little later.
    const waits = () => (pm2.logs('metrics').match(/keeps the sums and listens\. This one waits/g) ?? []).length;
    const listens = () => (pm2.logs('metrics').match(/Listening at/g) ?? []).length;
    await untilEqual(t, () => [waits(), listens()], [1, 1]);
    await pm2.ready('shop', 3);
    for (let i = 0; i < 10; i++) await order();
    await until('10 orders', async () => ((await sum()) === 10 ? true : undefined));
    process.kill(await owner(), 'SIGKILL');
    await until('the other process', () => (listens() === 2 ? true : undefined));
    t.is(await until('a scrape', sum), 10);
    await until('the new process waits', () => (waits() === 2 ? true : undefined));
  },
);

test.serial('what was shown is never taken back, though the server and instances are killed', async (t) => {
  let shown = await until('a scrape', sum);
  let ordered = shown;
  for (let i = 0; i < 6; i++) {
    for (let k = 0; k < 5; k++) await order();
    ordered += 5;
    // Each process has exported what it has counted.
    shown = await until(`${ordered} orders`, async () => {
      const now = await sum();
      t.true(now === undefined || now >= shown, `${now} after ${shown}`);
      return now === ordered ? now : undefined;
    });
    const [first] = await pm2.list('shop');
    process.kill(await owner(), 'SIGKILL');
    process.kill(first!.pid, 'SIGKILL');
    await sleep(200);
    t.is(await until('a scrape', sum), shown);
    await pm2.ready('shop', 3);
  }
});

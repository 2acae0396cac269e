/** What `npm start` runs: it shows what it promises, and leaves nothing behind. */
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { OverviewAnswer } from '../../server/protocol/overview';
import { until } from '../support/until';
import { assertNothingLeft, startDemo } from './started-demo';

test.serial('the demo shows probes and metrics, and ends by Ctrl-C', async (t) => {
  const demo = await startDemo(t, '--series', '500');
  await until('the end of its report', () => (demo.output().includes('Ctrl-C ends it') ? true : undefined));
  t.regex(demo.output(), /^ *hot 1 +[\d.]+ \//m);
  t.regex(demo.output(), /# TYPE target_info gauge/);
  const url = /Metrics: (http\S+)/.exec(demo.output())?.[1] ?? '';
  await until('all series', async () => {
    const text = await (await fetch(url)).text();
    return text.split('\n').filter((line) => line.startsWith('shop_orders_total{')).length >= 500 || undefined;
  });
  demo.child.kill('SIGINT');
  t.is(await demo.ended, 0);
  await assertNothingLeft(t, demo);
});

test.serial('the demo says what to look at in the dashboard, which marks the slow server', async (t) => {
  const demo = await startDemo(t);
  await until('the end of its report', () => (demo.output().includes('Ctrl-C ends it') ? true : undefined));
  t.regex(demo.output(), /Overview: one of the servers is slower than the others, and is marked/);
  t.regex(demo.output(), /Metrics: type "requests", click mashroom_http_requests_total/);
  t.regex(demo.output(), /PM2_HOME=\S+ \S+ reload mashroom/);
  const url = /Dashboard: (http\S+)/.exec(demo.output())?.[1] ?? '';
  await until('mark of the slow server', async () => {
    const { processes } = (await (await fetch(`${url}api/overview`)).json()) as OverviewAnswer;
    // They come by ascending pm_id: the second server is slow.
    const [, slow] = processes.filter(({ app }) => app === 'mashroom');
    return slow?.odd === 'latency' ? true : undefined;
  });
  demo.child.kill('SIGINT');
  t.is(await demo.ended, 0);
  await assertNothingLeft(t, demo);
});

test.serial('killed, the demo leaves nothing behind', async (t) => {
  const demo = await startDemo(t);
  await sleep(2500);
  demo.child.kill('SIGKILL');
  await demo.ended;
  await assertNothingLeft(t, demo);
});

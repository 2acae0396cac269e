/** What a page hears of a cluster under a real PM2, while it is reloaded, and while one of its processes crashes. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../test/support/built';
import { readEvents, type ReadEvents } from '../../../test/support/event-stream';
import { startPm2, type Pm2 } from '../../../test/support/pm2';
import { until, untilEqual } from '../../../test/support/until';
import type { OverviewAnswer } from '../../protocol/overview';
import type { ChartPoints, ChartSeries, Hello, Mark, OpenCharts, ProcessRow } from '../../protocol/page';

let pm2: Pm2;
let shopUrl: string;
let metricsUrl: string;
/** While a new process does not listen yet, the old one goes on: until this file is there. */
let listenWhen: string;

test.before(async () => {
  await built();
  pm2 = await startPm2(7);
  const [shopPort, port] = [await freePort(), await freePort()];
  shopUrl = `http://127.0.0.1:${shopPort}`;
  metricsUrl = `http://127.0.0.1:${port}`;
  listenWhen = join(pm2.folder, 'listen');
  writeFileSync(listenWhen, '');
  const script = join(PROJECT, 'test/fixtures/apps/shop.js');
  const shop = { name: 'shop', script, cwd: PROJECT, exec_mode: 'cluster', instances: 2 } as const;
  const metrics = { name: 'metrics', script: METRICS_SERVER, cwd: pm2.folder, exec_mode: 'fork' } as const;
  await pm2.start(
    { ...shop, listen_timeout: 120_000, env: { PORT: String(shopPort), LISTEN_WHEN: listenWhen } },
    { ...metrics, env: { PM2_METRICS_PORT: String(port) } },
  );
  await pm2.ready('shop', 2);
  await until('the shop', () =>
    order(1).then(
      () => true,
      () => undefined,
    ),
  );
});

test.afterEach.always((t) => {
  if (!t.passed && pm2) t.log(pm2.logs().slice(-6000));
});

test.after.always(() => pm2?.close());

async function order(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await (await fetch(`${shopUrl}/orders`)).text();
}

const CHARTS: OpenCharts = {
  charts: [
    { id: 1, metric: 'shop_orders', as: 'total', app: 'shop', points: 100 },
    { id: 2, metric: 'shop_orders', as: 'rate', app: 'shop', pmId: 'all', points: 100 },
  ],
};

class DashboardPage {
  constructor(private readonly read: ReadEvents) {}

  static async open(): Promise<DashboardPage> {
    const page = new DashboardPage(
      await until('the server', () => readEvents(`${metricsUrl}/api/live`).catch(() => undefined)),
    );
    const [hello] = await until('hello', () => (page.read.events.length > 0 ? page.read.named('hello') : undefined));
    const [stream] = hello as Hello;
    const posted = await fetch(`${metricsUrl}/api/live/${stream}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(CHARTS),
    });
    if (posted.status !== 204) throw new Error(await posted.text());
    return page;
  }

  get marks(): Mark[] {
    return (this.read.named('marks') as Mark[][]).flat();
  }

  get rows(): ProcessRow[][] {
    return this.read.named('processes') as ProcessRow[][];
  }

  /** All values of a chart's only series. */
  values(chart: number): (number | null)[] {
    return (this.read.named('points') as ChartPoints[]).flatMap(([id, , [values = []]]) =>
      id === chart ? values : [],
    );
  }

  /** All names that a chart's series have had. */
  names(chart: number): Set<unknown> {
    const all = (this.read.named('series') as ChartSeries[]).filter(([id]) => id === chart);
    return new Set(all.flatMap(([, , names]) => names ?? []));
  }

  close(): void {
    this.read.close();
  }
}

test.serial('a reload is seen as it happens: old and new side by side, and totals that never go down', async (t) => {
  const page = await DashboardPage.open();
  const ids = (await pm2.ready('shop', 2)).map(({ id }) => id);
  await order(20);
  await until('the orders', () => page.values(1).at(-1) === 21 || undefined);
  await untilEqual(
    t,
    () => page.rows.at(-1)?.map(([, pmId, app, status]) => [pmId, app, status]),
    ids.map((pmId) => [pmId, 'shop', 'online']),
  );

  rmSync(listenWhen);
  const reload = pm2.reload('shop');
  await until('a process that PM2 is replacing, and its memory', () =>
    page.rows
      .flat()
      .find(
        ([, , , status, , , , memory]) => status === 'leaving' && (memory !== null || process.platform !== 'linux'),
      ),
  );
  await until('its rate', () => ids.some((pmId) => page.names(2).has(`shop ${pmId} (leaving)`)) || undefined);
  writeFileSync(listenWhen, '');
  await reload;
  await order(10);
  await until('all orders', () => page.values(1).at(-1) === 31 || undefined);
  const known = page.values(1).filter((value) => value !== null);
  t.deepEqual(
    known,
    known.toSorted((a, b) => a - b),
  );
  const reloads = page.marks.filter(([, kind]) => kind === 'reload');
  t.deepEqual(reloads.map(([, , , pmId]) => pmId).sort(), ids);
  await until('rates of both', () => ids.every((pmId) => page.names(2).has(`shop ${pmId}`)) || undefined);
  page.close();
});

test.serial('a crash is marked with its exit code, and the overview has the new process', async (t) => {
  const page = await DashboardPage.open();
  const [first, second] = await pm2.ready('shop', 2);
  await first?.ask('crash', 3).catch(() => undefined);
  const [, , app, pmId, text] = await until('the mark', () => page.marks.find(([, kind]) => kind === 'exit'));
  t.deepEqual([app, pmId], ['shop', first?.id]);
  t.regex(text, /^Process \d+ has ended with exit code 3, and PM2 has started \d+$/);
  await pm2.ready('shop', 2);
  const online = async () => {
    const { processes } = (await (await fetch(`${metricsUrl}/api/overview`)).json()) as OverviewAnswer;
    return processes.filter(({ status }) => status === 'online').map(({ pmId }) => pmId);
  };
  await untilEqual(t, online, [first?.id, second?.id]);
  page.close();
});

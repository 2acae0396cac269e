/** What real scrapers read of a cluster: all metrics, in all formats, while its processes restart, end and hang. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { promtool, testWith, type Range, type Scraper } from '../../../../test/support/scrapers';
import type { Instance } from '../../../../test/support/pm2';
import { startTraffic, type Traffic } from '../../../../test/support/traffic';
import { until } from '../../../../test/support/until';
import { METRICS, SHOP, startScrapedCluster, type ScrapedCluster } from './scraped-cluster';

const withPrometheus = testWith('prometheus');

const PER_SECOND = 40;
/** A test that takes longer has hung. It fails by its own limit, so that ava names it. */
const PATIENCE_MS = 120_000;

let scraped: ScrapedCluster;
/** The traffic before the first test. Each process has counted the requests that it has answered. */
let first: Traffic;
/** Number of requests that were answered in all tests so far. */
let answered = 0;

test.before(async () => {
  scraped = await startScrapedCluster();
  await scraped.ready(4);
  first = startTraffic(scraped.shopPort, PER_SECOND);
  await until('some traffic', () => (first.total > 3 * PER_SECOND ? true : undefined));
  await first.stop();
  answered = first.total;
});

test.afterEach.always((t) => {
  if (!t.passed && scraped) t.log(scraped.logs());
});

test.after.always(() => scraped?.close());

/** Waits for a query's value to be that. */
async function becomes(scraper: Scraper, expression: string, expected: number): Promise<void> {
  let last: number | undefined;
  await until(`${expression} to be ${expected}`, async () => {
    last = await scraper.value(expression);
    return last === expected ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(`${expression} is ${last}, expected ${expected}`, { cause: error });
  });
}

const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
const counted = async (instances: readonly Instance[]): Promise<number> =>
  sum(await Promise.all(instances.map(({ ask }) => ask<number>('counted'))));

async function lines(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(`${scraped.metricsUrl}${path}`, { headers, signal });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.text();
}

interface Targets {
  readonly activeTargets: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly scrapeUrl: string;
    readonly health: string;
  }[];
}

withPrometheus('all instances are discovered and up', async (t) => {
  const instances = await scraped.ready(4);
  const expected = instances.map(({ id }) => [
    `${scraped.metricsUrl}/metrics/${id}/all`,
    { job: 'instances', instance: scraped.metricsUrl.slice('http://'.length), pm2_app: SHOP, pm_id: String(id) },
  ]);
  const discovered = await until('four targets that are up', async () => {
    const { activeTargets } = await scraped.plain.api<Targets>('/api/v1/targets');
    const found = activeTargets.filter(({ labels }) => labels['job'] === 'instances');
    return found.length === 4 && found.every(({ health }) => health === 'up') ? found : undefined;
  });
  t.deepEqual(
    discovered.map(({ scrapeUrl, labels }) => [scrapeUrl, labels]).sort() as unknown,
    expected.sort() as unknown,
  );
  await becomes(scraped.plain, 'sum(up)', 4 + 4);
  await becomes(scraped.plain, 'sum(pm2_up{job="pm2"})', 4);
  const up = await scraped.plain.query('pm2_up{job="pm2"} == 1');
  t.deepEqual(
    up.map(({ metric }) => [metric['pm2_app'], Number(metric['pm_id'])]).sort() as unknown,
    [...instances.map(({ id }) => [SHOP, id])] as unknown,
  );
});

withPrometheus('counters have the values that the processes have counted', async (t) => {
  const instances = await scraped.ready(4);
  t.is(first.failed, 0);
  t.is(await counted(instances), answered);
  t.is(first.answered.size, 4);
  for (const job of ['instances', 'pm2', 'cluster', 'text', 'openmetrics']) {
    await becomes(scraped.plain, `sum(shop_orders_total{job="${job}"})`, answered);
    await becomes(scraped.plain, `sum(shop_order_duration_seconds_count{job="${job}"})`, answered);
  }
  for (const { id, pid } of instances) {
    for (const job of ['instances', 'pm2']) {
      const expression = `sum(shop_orders_total{job="${job}", pm_id="${id}"})`;
      await becomes(scraped.plain, expression, first.answered.get(pid) ?? 0);
    }
  }
  t.is(await scraped.plain.value('count(shop_orders_total{job="cluster"})'), 2, 'one series per route');
  t.is(await scraped.plain.value('shop_cache_hit_ratio{job="cluster"}'), 0.5);
  t.is(await scraped.plain.value('shop_open_carts{job="cluster"}'), 12);
});

withPrometheus('each format is negotiated as Prometheus asks for it, and says the same', async (t) => {
  const { text, openmetrics, protobuf } = scraped.proxies;
  await until('a scrape by way of each', () =>
    [text, openmetrics, protobuf].every(({ contentTypes }) => contentTypes.size > 0) ? true : undefined,
  );
  t.deepEqual([...text.contentTypes], ['text/plain; version=0.0.4; charset=utf-8']);
  t.deepEqual([...openmetrics.contentTypes], ['application/openmetrics-text; version=1.0.0; charset=utf-8']);
  t.deepEqual(
    [...protobuf.contentTypes],
    ['application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited'],
  );
  for (const { encodings } of [text, openmetrics, protobuf]) t.deepEqual([...encodings], ['gzip']);
  for (const job of ['pm2', 'cluster']) {
    await becomes(scraped.native, `sum(shop_orders_total{job="${job}"})`, answered);
    await becomes(scraped.native, `sum(histogram_count(shop_payment_duration_seconds{job="${job}"}))`, answered);
  }
  // The durations of a process's orders are spread evenly over 1 to 100 ms.
  for (const instant of [
    await scraped.native.value('histogram_quantile(0.5, shop_payment_duration_seconds{job="cluster"})'),
    await scraped.plain.value('histogram_quantile(0.5, shop_payment_duration_seconds_bucket{job="cluster"})'),
  ]) {
    t.true(Number(instant) > 0.005 && Number(instant) < 0.06, `half of them take less than ${instant} s`);
  }
  t.is(await scraped.plain.value('sum(shop_payment_duration_seconds_count{job="text"})'), answered);
  t.deepEqual(await scraped.plain.query('shop_payment_duration_seconds'), [], 'native where they are asked for only');
});

testWith('victoria-metrics')('VictoriaMetrics reads the same, and gets all by /sd too', async (t) => {
  for (const job of ['pm2', 'instances']) {
    for (const name of ['orders_total', 'order_duration_seconds_count', 'payment_duration_seconds_count']) {
      await becomes(scraped.victoria, `sum(shop_${name}{job="${job}"})`, answered);
    }
  }
  t.is(await scraped.victoria.value('sum(pm2_up)'), 4);
});

testWith('promtool')('promtool has no objection to the text', async (t) => {
  const [{ id }] = (await scraped.ready(4)) as [Instance];
  for (const path of ['/metrics', '/metrics/cluster', `/metrics/${id}`]) {
    t.deepEqual(promtool(['check', 'metrics'], await lines(path)), { code: 0, output: '' }, path);
  }
  t.not(promtool(['check', 'metrics'], '# TYPE Bad counter\nBad 1\n').code, 0, 'it would, if there were something');
});

/** Waits until the cluster's counter has gone up by as many orders as that many seconds of traffic have. */
async function goesUp(seconds: number): Promise<void> {
  const expression = 'sum(shop_orders_total{job="cluster"})';
  const before = (await scraped.plain.value(expression)) ?? 0;
  await until(`${expression} to go up`, async () =>
    Number(await scraped.plain.value(expression)) > before + seconds * PER_SECOND ? true : undefined,
  );
}

/**
 * The last value but one that was scraped of each process: where a counter goes down, the next process begins. The last
 * value itself may come from a round that a later round has overtaken, in which the process had ended already.
 */
function keptValues({ values }: Range): number[] {
  const isLast = values.map((value, i) => i === values.length - 1 || Number(values[i + 1]) < value);
  return values.filter((_, i) => isLast[i + 1] === true && isLast[i] === false);
}

const HISTOGRAMS = ['shop_order_duration_seconds', 'shop_payment_duration_seconds'];
const COUNTERS = [
  'shop_orders_total',
  ...HISTOGRAMS.flatMap((name) => ['count', 'sum', 'bucket'].map((part) => `${name}_${part}`)),
];

const STEPS: readonly (readonly [what: string, step: () => Promise<unknown>, instances: number])[] = [
  ['a reload', () => scraped.pm2.reload(SHOP), 4],
  ['a process that is killed', async () => process.kill((await scraped.ready(4))[1]?.pid as number, 'SIGKILL'), 4],
  ['a scale to 1', () => scraped.pm2.scale(SHOP, 1), 1],
  ['a scale to 3', () => scraped.pm2.scale(SHOP, 3), 3],
  ['a restart of the metrics server', () => scraped.pm2.restart(METRICS), 3],
  ['a metrics server that is killed', killMetricsServer, 3],
  ['a restart', () => scraped.pm2.restart(SHOP), 3],
];

/** Waits until the server has saved the counts of a process that has ended: a kill before that would lose them. */
async function killMetricsServer(): Promise<void> {
  const [ended] = await scraped.ready(3);
  process.kill(ended?.pid as number, 'SIGKILL');
  await scraped.ready(3);
  const from = Date.now();
  const file = join(scraped.pm2.home, 'pm2-metrics.state');
  await until('the file of the sums', () => (statSync(file).mtimeMs > from ? true : undefined));
  const [{ pid }] = (await scraped.pm2.list(METRICS)) as [Instance];
  process.kill(pid, 'SIGKILL');
}

async function goThrough(t: ExecutionContext, traffic: Traffic): Promise<void> {
  await goesUp(3);
  for (const [what, step, count] of STEPS) {
    await step();
    await scraped.ready(count);
    await becomes(scraped.plain, `sum(pm2_up{job="pm2"})`, count);
    await goesUp(3);
    t.log(`after ${what}: ${traffic.total} answered, ${traffic.failed} failed`);
  }
}

withPrometheus("the cluster's counters never go down, whatever happens to processes", async (t) => {
  t.timeout(PATIENCE_MS * 3);
  const { plain } = scraped;
  const before = answered;
  const traffic = startTraffic(scraped.shopPort, PER_SECOND);
  const begin = Date.now() / 1000;
  await goThrough(t, traffic);
  await traffic.stop();
  const end = Date.now() / 1000;
  answered += traffic.total;
  const window = `${Math.ceil(end - begin)}s`;

  const instances = await scraped.ready(3);
  const alive = await counted(instances);
  await becomes(plain, 'sum(shop_orders_total{job="pm2"})', alive);
  const final = (await plain.value('sum(shop_orders_total{job="cluster"})')) as number;

  for (const name of COUNTERS) {
    t.is(await plain.value(`max(resets(${name}{job="cluster"}[10m]))`), 0, name);
  }
  t.true((await plain.value('sum(resets(shop_orders_total{job="pm2"}[10m]))')) !== 0, 'processes did end');

  // A process that ends takes with it what it has counted since it was scraped. Nothing else is lost.
  const kept = sum((await plain.samples('shop_orders_total{job="pm2"}[10m]')).flatMap(keptValues));
  t.true(final >= kept && kept > before, `${final} of ${kept} that were scraped`);
  t.true(final <= answered + traffic.failed, `${final} of ${answered} that were answered`);
  t.true(final > alive + before, 'ended processes count');

  const increase = (await plain.value(`sum(increase(shop_orders_total{job="cluster"}[${window}]))`)) as number;
  t.log(`${increase} of ${traffic.total} requests in ${window}`);
  t.true(increase > 0.5 * traffic.total && increase < 1.3 * traffic.total, `${increase} of ${traffic.total}`);
  const [rates] = await plain.range('sum(rate(shop_orders_total{job="cluster"}[15s]))', begin + 15, end, 1);
  const relative = (rates as Range).values.map((rate) => rate / traffic.rate);
  t.log(`rates from ${Math.min(...relative)} to ${Math.max(...relative)} of the real one`);
  t.true(Math.min(...relative) > 0.2 && Math.max(...relative) < 2.5, relative.join(' '));
});

withPrometheus('a stopped process is down, and all others are scraped as before', async (t) => {
  const { plain } = scraped;
  const [{ id, pid }] = (await scraped.ready()) as [Instance];
  process.kill(pid, 'SIGSTOP');
  try {
    await becomes(plain, `sum(pm2_up{job="pm2", pm_id="${id}"})`, 0);
    await becomes(plain, 'sum(pm2_up{job="pm2"})', 2);
    await becomes(plain, 'sum(up{job=~"pm2|cluster"})', 2);
    await becomes(plain, 'sum(up{job="instances"})', 2);
    t.is(await plain.value(`sum(up{job="instances", pm_id="${id}"})`), 0);
    t.deepEqual(await plain.query(`shop_orders_total{job="pm2", pm_id="${id}"}`), [], 'nothing old is served as new');
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await becomes(plain, 'sum(pm2_up{job="pm2"})', 3);
  await becomes(plain, 'sum(up{job=~"pm2|cluster|instances"})', 2 + 3);
  for (const name of COUNTERS) {
    t.is(await plain.value(`max(resets(${name}{job="cluster"}[10m]))`), 0, name);
  }
});

function scrape(path: string, timeoutSeconds: number): Promise<string> {
  return lines(path, { 'x-prometheus-scrape-timeout-seconds': String(timeoutSeconds) });
}

/** The pm_ids whose `pm2_up` has that value. */
function idsThatAre(up: 0 | 1, text: string): number[] {
  return [...text.matchAll(/^pm2_up\{.*pm_id="(\d+)".*\} ([01])$/gm)]
    .filter(([, , value]) => Number(value) === up)
    .map(([, id]) => Number(id));
}

test.serial(
  'a scrape of all processes waits for a stopped one until the deadline, and a scrape of another one does not',
  async (t) => {
    const [stopped, ...others] = (await scraped.ready()) as [Instance, ...Instance[]];
    const ids = others.map(({ id }) => id);
    // Without scrapers the process owes no answers to earlier rounds, so that the next round waits for it.
    await Promise.all(scraped.scrapers.map((scraper) => scraper.close()));
    await until('a cluster at rest', async () =>
      idsThatAre(1, await scrape('/metrics', 60)).length === ids.length + 1 ? true : undefined,
    );
    process.kill(stopped.pid, 'SIGSTOP');
    try {
      const begin = performance.now();
      const text = await scrape('/metrics', 3);
      // Without the header the deadline would have been 5 s, also on a fast machine.
      t.true(performance.now() - begin < 5000);
      t.deepEqual([idsThatAre(0, text), idsThatAre(1, text)], [[stopped.id], ids]);
      for (const { id, ask } of others) {
        const orders = [...text.matchAll(new RegExp(`^shop_orders_total\\{.*pm_id="${id}".*\\} (\\d+)$`, 'gm'))];
        t.is(sum(orders.map(([, value]) => Number(value))), await ask<number>('counted'));
      }

      let isOver = false;
      const patient = scrape('/metrics', 120).finally(() => (isOver = true));
      t.regex(await scrape(`/metrics/${ids[0]}`, 120), /^shop_orders_total\{/m);
      t.false(isOver, 'one still waits while the other has been served');
      process.kill(stopped.pid, 'SIGCONT');
      t.deepEqual(idsThatAre(1, await patient), [stopped.id, ...ids]);
    } finally {
      process.kill(stopped.pid, 'SIGCONT');
    }
  },
);

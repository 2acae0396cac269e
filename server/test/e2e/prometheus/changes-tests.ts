/** The cluster's counters, while processes and the metrics server are reloaded, killed, scaled and restarted. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { testWith, type Range } from '../../../../test/support/scrapers';
import type { Instance } from '../../../../test/support/pm2';
import { startTraffic, type Traffic } from '../../../../test/support/traffic';
import { until } from '../../../../test/support/until';
import { METRICS, SHOP, type ScrapedCluster } from './scraped-cluster';
import {
  becomes,
  counted,
  COUNTERS,
  known,
  PATIENCE_MS,
  PER_SECOND,
  scraped,
  sum,
  type Watched,
} from './watched-cluster';

const withPrometheus = testWith('prometheus');

/** Waits until the cluster's counter has gone up by as many orders as that many seconds of traffic have. */
async function goesUp({ plain }: ScrapedCluster, seconds: number): Promise<void> {
  const expression = 'sum(shop_orders_total{job="cluster"})';
  const before = await known(plain, expression);
  await until(`${expression} to go up`, async () =>
    Number(await plain.value(expression)) > before + seconds * PER_SECOND ? true : undefined,
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

const STEPS: readonly (readonly [
  what: string,
  step: (scraped: ScrapedCluster) => Promise<unknown>,
  instances: number,
])[] = [
  ['a reload', ({ pm2 }) => pm2.reload(SHOP), 4],
  ['a process that is killed', async ({ ready }) => process.kill((await ready(4))[1]?.pid as number, 'SIGKILL'), 4],
  ['a scale to 1', ({ pm2 }) => pm2.scale(SHOP, 1), 1],
  ['a scale to 3', ({ pm2 }) => pm2.scale(SHOP, 3), 3],
  ['a restart of the metrics server', ({ pm2 }) => pm2.restart(METRICS), 3],
  ['a metrics server that is killed', killMetricsServer, 3],
  ['a restart', ({ pm2 }) => pm2.restart(SHOP), 3],
];

/** Waits until the server has saved the counts of a process that has ended: a kill before that would lose them. */
async function killMetricsServer(scraped: ScrapedCluster): Promise<void> {
  const [ended] = await scraped.ready(3);
  process.kill(ended?.pid as number, 'SIGKILL');
  await scraped.ready(3);
  const from = Date.now();
  const file = join(scraped.pm2.home, 'pm2-metrics.state');
  await until('the file of the sums', () => (statSync(file).mtimeMs > from ? true : undefined));
  const [{ pid }] = (await scraped.pm2.list(METRICS)) as [Instance];
  process.kill(pid, 'SIGKILL');
}

async function goThrough(t: ExecutionContext, scraped: ScrapedCluster, traffic: Traffic): Promise<void> {
  await goesUp(scraped, 3);
  for (const [what, step, count] of STEPS) {
    await step(scraped);
    await scraped.ready(count);
    await becomes(scraped.plain, `sum(pm2_up{job="pm2"})`, count);
    await goesUp(scraped, 3);
    t.log(`after ${what}: ${traffic.total} answered, ${traffic.failed} failed`);
  }
}

export function changesTests(watched: () => Watched): void {
  withPrometheus("the cluster's counters never go down, whatever happens to processes", async (t) => {
    t.timeout(PATIENCE_MS * 10);
    const { scraped: cluster, first } = watched();
    const { plain } = cluster;
    const before = first.total;
    const traffic = startTraffic(cluster.shopPort, PER_SECOND);
    const begin = Date.now() / 1000;
    await goThrough(t, cluster, traffic);
    await traffic.stop();
    const end = Date.now() / 1000;
    const answered = before + traffic.total;

    const instances = await cluster.ready(3);
    const alive = await counted(instances);
    await becomes(plain, 'sum(shop_orders_total{job="pm2"})', alive);
    const final = await scraped(plain, 'sum(shop_orders_total{job="cluster"})', 'cluster');

    for (const name of COUNTERS) {
      t.is(await plain.value(`max(resets(${name}{job="cluster"}[1h]))`), 0, name);
    }
    t.true((await plain.value('sum(resets(shop_orders_total{job="pm2"}[1h]))')) !== 0, 'processes did end');

    // A process that ends takes with it what it has counted since it was scraped. Nothing else is lost.
    const kept = sum((await plain.samples('shop_orders_total{job="pm2"}[1h]')).flatMap(keptValues));
    t.true(final >= kept && kept > before, `${final} of ${kept} that were scraped`);
    t.true(final <= answered + traffic.failed, `${final} of ${answered} that were answered`);
    t.true(final > alive + before, 'ended processes count');

    // Up to now, since waits have taken their time.
    const window = `${Math.ceil(Date.now() / 1000 - begin)}s`;
    const increase = await known(plain, `sum(increase(shop_orders_total{job="cluster"}[${window}]))`);
    t.log(`${increase} of ${traffic.total} requests in ${window}`);
    t.true(increase > 0.5 * traffic.total && increase < 1.3 * traffic.total, `${increase} of ${traffic.total}`);
    const [rates] = await plain.range('sum(rate(shop_orders_total{job="cluster"}[15s]))', begin + 15, end, 1);
    const { values: shown } = rates as Range;
    const real = traffic.ratesOver(15);
    t.log(`rates from ${Math.min(...shown)} to ${Math.max(...shown)}`);
    t.log(`the real ones from ${Math.min(...real)} to ${Math.max(...real)}`);
    t.true(
      Math.min(...shown) > 0.2 * Math.min(...real) && Math.max(...shown) < 2.5 * Math.max(...real),
      shown.join(' '),
    );
  });
}

/** What real scrapers read of a cluster that serves the same processes all the time. */
import { promtool, testWith } from '../../../../test/support/scrapers';
import type { Instance } from '../../../../test/support/pm2';
import { until } from '../../../../test/support/until';
import { SHOP } from './scraped-cluster';
import { becomes, counted, known, lines, type Watched } from './watched-cluster';

const withPrometheus = testWith('prometheus');

interface Targets {
  readonly activeTargets: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly scrapeUrl: string;
    readonly health: string;
  }[];
}

export function readTests(watched: () => Watched): void {
  withPrometheus('all instances are discovered and up', async (t) => {
    const { scraped } = watched();
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
    const up = await until('all of them up in one scrape', async () => {
      const found = await scraped.plain.query('pm2_up{job="pm2"} == 1');
      return found.length === instances.length ? found : undefined;
    });
    t.deepEqual(
      up.map(({ metric }) => [metric['pm2_app'], Number(metric['pm_id'])]).sort() as unknown,
      [...instances.map(({ id }) => [SHOP, id])] as unknown,
    );
  });

  withPrometheus('counters have the values that the processes have counted', async (t) => {
    const { scraped, first } = watched();
    const instances = await scraped.ready(4);
    t.is(first.failed, 0);
    t.is(await counted(instances), first.total);
    t.is(first.answered.size, 4);
    for (const job of ['instances', 'pm2', 'cluster', 'text', 'openmetrics']) {
      await becomes(scraped.plain, `sum(shop_orders_total{job="${job}"})`, first.total);
      await becomes(scraped.plain, `sum(shop_order_duration_seconds_count{job="${job}"})`, first.total);
    }
    for (const { id, pid } of instances) {
      for (const job of ['instances', 'pm2']) {
        const expression = `sum(shop_orders_total{job="${job}", pm_id="${id}"})`;
        await becomes(scraped.plain, expression, first.answered.get(pid) ?? 0);
      }
    }
    t.is(await known(scraped.plain, 'count(shop_orders_total{job="cluster"})'), 2, 'one series per route');
    t.is(await known(scraped.plain, 'shop_cache_hit_ratio{job="cluster"}'), 0.5);
    await becomes(scraped.plain, 'shop_open_carts{job="cluster"}', 12);
  });

  withPrometheus('each format is negotiated as Prometheus asks for it, and says the same', async (t) => {
    const { scraped, first } = watched();
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
      await becomes(scraped.native, `sum(shop_orders_total{job="${job}"})`, first.total);
      await becomes(scraped.native, `sum(histogram_count(shop_payment_duration_seconds{job="${job}"}))`, first.total);
    }
    // The durations of a process's orders are spread evenly over 1 to 100 ms.
    for (const instant of [
      await known(scraped.native, 'histogram_quantile(0.5, shop_payment_duration_seconds{job="cluster"})'),
      await known(scraped.plain, 'histogram_quantile(0.5, shop_payment_duration_seconds_bucket{job="cluster"})'),
    ]) {
      t.true(instant > 0.005 && instant < 0.06, `half of them take less than ${instant} s`);
    }
    await becomes(scraped.plain, 'sum(shop_payment_duration_seconds_count{job="text"})', first.total);
    t.deepEqual(await scraped.plain.query('shop_payment_duration_seconds'), [], 'native where they are asked for only');
  });

  testWith('victoria-metrics')('VictoriaMetrics reads the same, and gets all by /sd too', async (t) => {
    const { scraped, first } = watched();
    for (const job of ['pm2', 'instances']) {
      for (const name of ['orders_total', 'order_duration_seconds_count', 'payment_duration_seconds_count']) {
        await becomes(scraped.victoria, `sum(shop_${name}{job="${job}"})`, first.total);
      }
    }
    await becomes(scraped.victoria, 'sum(pm2_up)', 4);
    t.pass();
  });

  testWith('promtool')('promtool has no objection to the text', async (t) => {
    const { scraped } = watched();
    const [{ id }] = (await scraped.ready(4)) as [Instance];
    for (const path of ['/metrics', '/metrics/cluster', `/metrics/${id}`]) {
      const text = await until(`answer of ${path}`, () => lines(scraped, path));
      t.deepEqual(promtool(['check', 'metrics'], text), { code: 0, output: '' }, path);
    }
    t.not(promtool(['check', 'metrics'], '# TYPE Bad counter\nBad 1\n').code, 0, 'it would, if there were something');
  });
}

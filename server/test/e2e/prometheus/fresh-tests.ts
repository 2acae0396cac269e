/** What rate() shows of constant traffic: answers are as old as the scrape, so it shows the traffic at each step. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { freePort } from '../../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../../test/support/built';
import { withPm2 } from '../../../../test/support/pm2';
import { startPrometheus, type Range, type Scraper } from '../../../../test/support/scrapers';

/** Orders per second of the app. */
const PER_SECOND = 100;

export interface Scrapes {
  /** Of the exporter; its default where it is not given. */
  readonly intervalMs?: number;
  /** One job of Prometheus for each of them. */
  readonly everySeconds: readonly number[];
  readonly forSeconds: number;
}

/** Each rate that Prometheus has over two scrapes, as a share of the real one, by job. */
export async function relativeRates(t: ExecutionContext, scrapes: Scrapes): Promise<Map<number, number[]>> {
  const { intervalMs, everySeconds, forSeconds } = scrapes;
  await built();
  return withPm2(7, async (pm2) => {
    const port = await freePort();
    await pm2.start(
      {
        name: 'steady',
        script: join(PROJECT, 'test', 'fixtures', 'apps', 'steady.js'),
        cwd: PROJECT,
        exec_mode: 'fork',
        env: { PER_SECOND: String(PER_SECOND), ...(intervalMs !== undefined && { INTERVAL_MS: String(intervalMs) }) },
      },
      {
        name: 'metrics',
        script: METRICS_SERVER,
        cwd: pm2.folder,
        exec_mode: 'fork',
        env: { PM2_METRICS_PORT: String(port) },
      },
    );
    await pm2.ready('steady', 1);
    const jobs = everySeconds.map(
      (every) =>
        `  - { job_name: every-${every}, scrape_interval: ${every}s, scrape_timeout: ${every}s, ` +
        `static_configs: [{ targets: ['127.0.0.1:${port}'] }] }\n`,
    );
    const prometheus = await startPrometheus(join(pm2.folder, 'prometheus'), `scrape_configs:\n${jobs.join('')}`);
    try {
      await sleep(forSeconds * 1000);
      const rates = new Map<number, number[]>();
      for (const every of everySeconds) rates.set(every, await ratesOf(prometheus, every, forSeconds));
      for (const [every, all] of rates) t.log(`every ${every} s: ${all.map((rate) => rate.toFixed(4)).join(' ')}`);
      return rates;
    } finally {
      await prometheus.close();
    }
  });
}

/** At each scrape: the rate over the last two. */
async function ratesOf(prometheus: Scraper, every: number, forSeconds: number): Promise<number[]> {
  const end = Date.now() / 1000;
  const rate = `rate(steady_orders_total{job="every-${every}"}[${2 * every}s])`;
  const [rates] = (await prometheus.range(rate, end - forSeconds + 4 * every, end, every)) as [Range | undefined];
  if (rates === undefined) throw new Error(`nothing was scraped every ${every} s`);
  return rates.values.map((one) => one / PER_SECOND);
}

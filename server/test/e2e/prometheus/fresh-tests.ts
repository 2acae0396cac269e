/** What rate() shows of constant traffic: answers are as old as the scrape, so it shows the traffic at each step. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { freePort } from '../../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../../test/support/built';
import { withPm2, type App } from '../../../../test/support/pm2';
import { startPrometheus, type Scraper } from '../../../../test/support/scrapers';
import { until } from '../../../../test/support/until';

/** Orders per second of each app. */
const PER_SECOND = 100;
/** An app for each of them, with its default configuration. */
const SOURCES = ['collect', 'reader', 'prom-client'];
const PATHS = ['/metrics', '/metrics/cluster'];

export interface Scrapes {
  /** One job of Prometheus for each of them and each path. */
  readonly everySeconds: readonly number[];
  readonly forSeconds: number;
}

interface Job {
  readonly every: number;
  readonly path: string;
  readonly name: string;
}

/** Each rate that Prometheus has over two scrapes, as a share of the real one, by path, interval and source. */
export async function relativeRates(t: ExecutionContext, scrapes: Scrapes): Promise<Map<string, number[]>> {
  const { everySeconds, forSeconds } = scrapes;
  const jobs = everySeconds.flatMap((every) =>
    PATHS.map((path): Job => ({ every, path, name: `${path} every ${every} s` })),
  );
  await built();
  return withPm2(7, async (pm2) => {
    const port = await freePort();
    const server = { name: 'metrics', script: METRICS_SERVER, cwd: pm2.folder, exec_mode: 'fork' } as const;
    await pm2.start(...SOURCES.map(steadyApp), { ...server, env: { PM2_METRICS_PORT: String(port) } });
    for (const source of SOURCES) await pm2.ready(source, 1);
    const prometheus = await startPrometheus(join(pm2.folder, 'prometheus'), configOf(jobs, port));
    try {
      await untilNumbersMove(prometheus, jobs);
      await sleep(forSeconds * 1000);
      const rates = new Map<string, number[]>();
      for (const job of jobs) {
        for (const source of SOURCES) {
          rates.set(`${source}, ${job.name}`, await ratesOf(prometheus, job, source, forSeconds));
        }
      }
      for (const [what, all] of rates) t.log(`${what}: ${all.map((rate) => rate.toFixed(4)).join(' ')}`);
      return rates;
    } finally {
      await prometheus.close();
    }
  });
}

function steadyApp(source: string): App {
  return {
    name: source,
    script: join(PROJECT, 'test', 'fixtures', 'apps', 'steady.js'),
    cwd: PROJECT,
    exec_mode: 'fork',
    env: { PER_SECOND: String(PER_SECOND), SOURCE: source },
  };
}

function configOf(jobs: readonly Job[], port: number): string {
  const lines = jobs.map(
    ({ every, path, name }) =>
      `  - { job_name: '${name}', metrics_path: ${path}, scrape_interval: ${every}s, scrape_timeout: ${every}s, ` +
      `static_configs: [{ targets: ['127.0.0.1:${port}'] }] }\n`,
  );
  return `scrape_configs:\n${lines.join('')}`;
}

/**
 * The first collection of a process costs more than later ones, above all on a busy machine, and until the budget allows the second
 * one answers are of the first.
 */
async function untilNumbersMove(prometheus: Scraper, jobs: readonly Job[]): Promise<void> {
  const every = Math.min(...jobs.map((job) => job.every));
  for (const { name } of jobs.filter((job) => job.every === every)) {
    for (const source of SOURCES) {
      const changes = `changes(steady_orders_total{job="${name}", pm2_app="${source}"}[${4 * every}s])`;
      await until(`numbers of ${source} that move in ${name}`, async () =>
        ((await prometheus.value(changes)) ?? 0) >= 3 ? true : undefined,
      );
    }
  }
}

/** At each scrape: the rate over the last two. */
async function ratesOf(prometheus: Scraper, job: Job, source: string, forSeconds: number): Promise<number[]> {
  const { every, name } = job;
  const end = Date.now() / 1000;
  const rate = `rate(steady_orders_total{job="${name}", pm2_app="${source}"}[${2 * every}s])`;
  const [rates, ...others] = await prometheus.range(rate, end - forSeconds + 4 * every, end, every);
  if (rates === undefined || others.length > 0) throw new Error(`${others.length + 1} series of ${source}, ${name}`);
  return rates.values.map((one) => one / PER_SECOND);
}

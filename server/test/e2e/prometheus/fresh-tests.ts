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
  /** So many rates of each are waited for, where a busy machine misses scrapes. */
  readonly least: number;
}

/** A rate over two scrapes, as a share of the real one. */
export interface RelativeRate {
  readonly rate: number;
  /** How much it may be too low or too high: a scrape has the numbers of a moment between its begin and its end. */
  readonly tooLow: number;
  readonly tooHigh: number;
}

/** @param tolerance beside the time that the scrapes took */
export function isConstant({ rate, tooLow, tooHigh }: RelativeRate, tolerance: number): boolean {
  return rate > 1 - tolerance - tooLow && rate < 1 + tolerance + tooHigh;
}

interface Job {
  readonly every: number;
  readonly path: string;
  readonly name: string;
}

/** Each rate over two scrapes of Prometheus, by path, interval and source. */
export async function relativeRates(t: ExecutionContext, scrapes: Scrapes): Promise<Map<string, RelativeRate[]>> {
  const { everySeconds, forSeconds, least } = scrapes;
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
      const begin = Date.now() / 1000;
      await sleep(forSeconds * 1000);
      const rates = new Map<string, RelativeRate[]>();
      for (const job of jobs) {
        for (const source of SOURCES) {
          const what = `${source}, ${job.name}`;
          const all = await until(`${least} rates of ${what}`, async () => {
            const found = await ratesOf(prometheus, job, source, begin);
            return found.length >= least ? found : undefined;
          });
          rates.set(what, all);
        }
      }
      for (const [what, all] of rates) t.log(`${what}: ${all.map(({ rate }) => rate.toFixed(4)).join(' ')}`);
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

/** At each scrape since then: the rate over the last two. */
async function ratesOf(prometheus: Scraper, job: Job, source: string, begin: number): Promise<RelativeRate[]> {
  const range = `[${Math.ceil(Date.now() / 1000 - begin)}s]`;
  const read = async (selector: string): Promise<readonly (readonly [time: number, value: number])[]> => {
    const { result } = await prometheus.api<Result>('/api/v1/query', { query: selector + range });
    if (result.length > 1) throw new Error(`${result.length} series of ${selector}`);
    return (result[0]?.values ?? []).map(([time, value]) => [time, Number(value)]);
  };
  const orders = await read(`steady_orders_total{job="${job.name}", pm2_app="${source}"}`);
  const durations = new Map(await read(`scrape_duration_seconds{job="${job.name}"}`));
  return orders.slice(1).flatMap(([time, value], i) => {
    const [timeBefore, valueBefore] = orders[i]!;
    const [took, tookBefore] = [durations.get(time), durations.get(timeBefore)];
    // One of the two is not there yet, or not any more.
    if (took === undefined || tookBefore === undefined) return [];
    const seconds = time - timeBefore;
    const rate = (value - valueBefore) / seconds / PER_SECOND;
    return [{ rate, tooLow: tookBefore / seconds, tooHigh: took / seconds }];
  });
}

interface Result {
  readonly result: readonly { readonly values: readonly (readonly [time: number, value: string])[] }[];
}

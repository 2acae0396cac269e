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

/** What `rate()` says of two scrapes, as a share of the real one. */
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

/** What Prometheus' `rate()` says at each scrape, by path, interval and source. */
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

/** At each scrape since then: what `rate()` says of the last two. */
async function ratesOf(
  prometheus: Scraper,
  { every, name }: Job,
  source: string,
  begin: number,
): Promise<RelativeRate[]> {
  const orders = `steady_orders_total{job="${name}", pm2_app="${source}"}`;
  const range = `[${Math.ceil(Date.now() / 1000 - begin)}s]`;
  const times = (await samplesOf(prometheus, orders + range)).map(([time]) => time);
  const durations = new Map(await samplesOf(prometheus, `scrape_duration_seconds{job="${name}"}${range}`));
  const rates: RelativeRate[] = [];
  for (const [i, time] of times.entries()) {
    const before = times[i - 1] ?? NaN;
    const [took, tookBefore] = [durations.get(time), durations.get(before)];
    // One of the two is not there yet, or not any more.
    if (took === undefined || tookBefore === undefined) continue;
    const query = `rate(${orders}[${2 * every}s])`;
    const { result } = await prometheus.api<Result>('/api/v1/query', { query, time });
    const rate = Number(result[0]?.value?.[1] ?? NaN);
    // There is none where a busy machine has missed a scrape.
    if (!Number.isNaN(rate)) rates.push({ rate: rate / PER_SECOND, tooLow: tookBefore / every, tooHigh: took / every });
  }
  return rates;
}

type Sample<Value> = readonly [time: number, value: Value];

async function samplesOf(prometheus: Scraper, query: string): Promise<readonly Sample<number>[]> {
  const { result } = await prometheus.api<Result>('/api/v1/query', { query });
  if (result.length > 1) throw new Error(`${result.length} series of ${query}`);
  return (result[0]?.values ?? []).map(([time, value]) => [time, Number(value)]);
}

interface Result {
  readonly result: readonly { readonly values?: readonly Sample<string>[]; readonly value?: Sample<string> }[];
}

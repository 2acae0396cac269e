/** What the tests of a scraped cluster share: the cluster, its traffic before the first test, and ways to look at it. */
import type { Instance } from '../../../../test/support/pm2';
import type { Scraper } from '../../../../test/support/scrapers';
import { startTraffic, type Traffic } from '../../../../test/support/traffic';
import { until } from '../../../../test/support/until';
import type { ScrapedCluster } from './scraped-cluster';

export const PER_SECOND = 40;
/** A test that takes longer has hung. It fails by its own limit, so that ava names it. */
export const PATIENCE_MS = 120_000;

const HISTOGRAMS = ['shop_order_duration_seconds', 'shop_payment_duration_seconds'];
export const COUNTERS = [
  'shop_orders_total',
  ...HISTOGRAMS.flatMap((name) => ['count', 'sum', 'bucket'].map((part) => `${name}_${part}`)),
];

export interface Watched {
  readonly scraped: ScrapedCluster;
  /** The traffic before the first test. Each process has counted the requests that it has answered. */
  readonly first: Traffic;
}

export async function watch(scraped: ScrapedCluster): Promise<Watched> {
  await scraped.ready(4);
  const first = startTraffic(scraped.shopPort, PER_SECOND, PATIENCE_MS);
  await until('some traffic of each', () => (first.total > 3 * PER_SECOND && first.answered.size === 4) || undefined);
  await first.stop();
  return { scraped, first };
}

/** Waits for a query's value to be that: a process that misses a round takes its numbers away for a moment. */
export async function becomes(scraper: Scraper, expression: string, expected: number): Promise<void> {
  let last: number | undefined;
  await until(`${expression} to be ${expected}`, async () => {
    last = await scraper.value(expression);
    return last === expected ? true : undefined;
  }).catch((error: unknown) => {
    throw new Error(`${expression} is ${last}, expected ${expected}`, { cause: error });
  });
}

/** The value of a query, once the last scrape has one: on a busy machine a scrape fails now and then. */
export async function known({ value }: Scraper, expression: string): Promise<number> {
  return until(`value of ${expression}`, () => value(expression));
}

/** The same, once a scrape of the job that begins from now on has it. */
export async function scraped(scraper: Scraper, expression: string, job: string): Promise<number> {
  const from = Date.now() / 1000;
  await until(`scrape of ${job}`, async () =>
    Number(await scraper.value(`min(timestamp(up{job="${job}"} == 1))`)) > from ? true : undefined,
  );
  return known(scraper, expression);
}

export const sum = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);
export const counted = async (instances: readonly Instance[]): Promise<number> =>
  sum(await Promise.all(instances.map(({ ask }) => ask<number>('counted'))));

export async function lines(
  { metricsUrl }: ScrapedCluster,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const response = await fetch(`${metricsUrl}${path}`, { headers, signal });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.text();
}

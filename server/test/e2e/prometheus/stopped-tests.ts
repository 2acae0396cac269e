/** A stopped process: what scrapers read of it and of the others, and how long a scrape waits for it. */
import test from 'ava';
import { testWith } from '../../../../test/support/scrapers';
import type { Instance } from '../../../../test/support/pm2';
import { until } from '../../../../test/support/until';
import type { ScrapedCluster } from './scraped-cluster';
import { becomes, COUNTERS, lines, sum, type Watched } from './watched-cluster';

const withPrometheus = testWith('prometheus');

function scrape(scraped: ScrapedCluster, path: string, timeoutSeconds: number): Promise<string> {
  return lines(scraped, path, { 'x-prometheus-scrape-timeout-seconds': String(timeoutSeconds) });
}

/** The pm_ids whose `pm2_up` has that value. */
function idsThatAre(up: 0 | 1, text: string): number[] {
  return [...text.matchAll(/^pm2_up\{.*pm_id="(\d+)".*\} ([01])$/gm)]
    .filter(([, , value]) => Number(value) === up)
    .map(([, id]) => Number(id));
}

export function stoppedTests(watched: () => Watched): void {
  withPrometheus('a stopped process is down, and all others are scraped as before', async (t) => {
    const { scraped } = watched();
    const { plain } = scraped;
    const [{ id, pid }] = (await scraped.ready()) as [Instance];
    process.kill(pid, 'SIGSTOP');
    try {
      await becomes(plain, `sum(pm2_up{job="pm2", pm_id="${id}"})`, 0);
      await becomes(plain, 'sum(pm2_up{job="pm2"})', 2);
      await becomes(plain, 'sum(up{job=~"pm2|cluster"})', 2);
      await becomes(plain, 'sum(up{job="instances"})', 2);
      await becomes(plain, `sum(up{job="instances", pm_id="${id}"})`, 0);
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

  test.serial(
    'a scrape of all processes waits for a stopped one until the deadline, and a scrape of another one does not',
    async (t) => {
      t.timeout(600_000);
      const { scraped } = watched();
      const [stopped, ...others] = (await scraped.ready()) as [Instance, ...Instance[]];
      const ids = others.map(({ id }) => id);
      // Without scrapers the process owes no answers to earlier rounds, so that the next round waits for it.
      await Promise.all(scraped.scrapers.map((scraper) => scraper.close()));
      await until('a cluster at rest', async () =>
        idsThatAre(1, await scrape(scraped, '/metrics', 60)).length === ids.length + 1 ? true : undefined,
      );
      process.kill(stopped.pid, 'SIGSTOP');
      try {
        // On a busy machine another one may miss a round.
        const text = await until('a scrape that misses the stopped one only', async () => {
          const begin = performance.now();
          const found = await scrape(scraped, '/metrics', 9);
          // 10 % are kept for the rest. Without the header the deadline would have been 5 s, also on a slow machine.
          t.true(performance.now() - begin > 8000);
          const [down, up] = [idsThatAre(0, found), idsThatAre(1, found)];
          if (String([down, up]) === String([[stopped.id], ids])) return found;
          throw new Error(JSON.stringify({ down, up }));
        });
        for (const { id, ask } of others) {
          const orders = [...text.matchAll(new RegExp(`^shop_orders_total\\{.*pm_id="${id}".*\\} (\\d+)$`, 'gm'))];
          t.is(sum(orders.map(([, value]) => Number(value))), await ask<number>('counted'));
        }

        let isOver = false;
        const patient = scrape(scraped, '/metrics', 120).finally(() => (isOver = true));
        t.regex(await scrape(scraped, `/metrics/${ids[0]}`, 120), /^shop_orders_total\{/m);
        t.false(isOver, 'one still waits while the other has been served');
        process.kill(stopped.pid, 'SIGCONT');
        t.deepEqual(idsThatAre(1, await patient), [stopped.id, ...ids]);
      } finally {
        process.kill(stopped.pid, 'SIGCONT');
      }
    },
  );
}

/** PM2's daemon among restarts, reloads and kills, while the metrics server asks and is asked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestFn } from 'ava';
import { freePort } from '../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../test/support/built';
import { withPm2, type Pm2, type Pm2Version } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';

const SHOP = join(PROJECT, 'test/fixtures/apps/shop.js');
const INSTANCES = 4;
const ROUNDS = 2;

export function daemonLivesTests(test: TestFn, version: Pm2Version): void {
  test(`PM2 ${version}: its daemon outlives "restart all", "reload all" and kills amid scrapes`, async (t) => {
    t.timeout(600_000);
    await built();
    await withPm2(version, async (pm2) => {
      const [shop, metrics] = [await freePort(), await freePort()];
      const env = { PM2_METRICS_PORT: String(metrics) };
      // What PM2 kills cannot wait for its answers either.
      const patient = { kill_timeout: 60_000 };
      await pm2.start(
        {
          ...patient,
          name: 'shop',
          script: SHOP,
          exec_mode: 'cluster',
          instances: INSTANCES,
          env: { PORT: String(shop) },
        },
        { ...patient, name: 'metrics', script: METRICS_SERVER, exec_mode: 'fork', env },
      );
      const daemon = (): string => readFileSync(join(pm2.home, 'pm2.pid'), 'utf8');
      const before = daemon();
      const allUp = (): Promise<true> =>
        until('all instances up', async () => {
          const text = await scrape(metrics);
          return text.match(/^pm2_up\{pm2_app="shop".*\} 1$/gm)?.length === INSTANCES || undefined;
        });
      await allUp();
      let scrapes = 0;
      let goesOn = true;
      const scraping = Promise.all(
        Array.from({ length: 3 }, async () => {
          while (goesOn) if ((await scrape(metrics)) !== '') scrapes++;
        }),
      );
      for (let round = 0; round < ROUNDS; round++) {
        for (const command of ['restart', 'reload'] as const) {
          const from = scrapes;
          await pm2[command]('all');
          await allUp();
          await until(`a scrape, ${command} ${round}`, () => scrapes > from || undefined);
          t.is(daemon(), before, `${command} ${round}`);
        }
      }
      for (const name of ['shop', 'metrics']) {
        const from = scrapes;
        await kill(pm2, name);
        await allUp();
        await until('a scrape', () => scrapes > from || undefined);
        t.is(daemon(), before, `${name} killed`);
      }
      goesOn = false;
      await scraping;
      // What the daemon says when an answer goes to a closed channel.
      const log = readFileSync(join(pm2.home, 'pm2.log'), 'utf8');
      t.notRegex(log, /ERR_IPC_CHANNEL_CLOSED/);
    });
  });
}

/**
 * Kills the first process of an app as `kill` does, and waits until the daemon has another one in its place. What SIGKILL
 * ends cannot wait for its answers, see docs/protocol.md.
 */
async function kill(pm2: Pm2, name: string): Promise<void> {
  const { id, pid: killed } = (await pm2.list(name))[0]!;
  process.kill(killed, 'SIGTERM');
  await until(`another process of ${name}`, async () => {
    const { pid, status } = await pm2.instance(id);
    return (pid !== killed && status === 'online') || undefined;
  });
}

/** @returns the empty text while nothing listens */
async function scrape(port: number): Promise<string> {
  try {
    return await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  } catch {
    return '';
  }
}

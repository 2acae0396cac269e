/** A cluster under PM2, the metrics server beside it, and scrapers that watch both. */
import { join } from 'node:path';
import { freePort } from '../../../../examples/lib/ports';
import { startPrometheus, startVictoriaMetrics, type Scraper } from '../../../../test/support/prometheus';
import { startPm2, type Instance, type Pm2 } from '../../../../test/support/pm2';
import { startScrapeProxy, type ScrapeProxy } from '../../../../test/support/scrape-proxy';

export const SHOP = 'shop';
export const METRICS = 'metrics';

const PROJECT = join(__dirname, '..', '..', '..', '..');

export interface World {
  readonly pm2: Pm2;
  readonly shopPort: number;
  readonly metricsUrl: string;
  /** One per format that Prometheus speaks. */
  readonly proxies: { readonly text: ScrapeProxy; readonly openmetrics: ScrapeProxy; readonly protobuf: ScrapeProxy };
  /** Scrapes as Prometheus does by itself: jobs `instances`, `pm2` and `cluster`; `text` and `openmetrics` by proxies. */
  readonly plain: Scraper;
  /** With native histograms: jobs `pm2` and `cluster`. */
  readonly native: Scraper;
  /** Job `pm2`. */
  readonly victoria: Scraper;
  /** As many instances of the shop as are to be there. */
  ready(count: number): Promise<Instance[]>;
  /** All that has been logged, for a test that failed. */
  logs(): string;
  /** Takes everything down. Repeatable. */
  close(): Promise<void>;
}

const HEAD = 'global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n';

function job(name: string, path: string, port: number): string {
  return `  - { job_name: ${name}, metrics_path: ${path}, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }\n`;
}

/** In whatever order things come into being, they go the other way round, also where one of them did not. */
class Opened {
  private readonly closing: (() => Promise<void>)[] = [];

  async add<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
    const one = await opening;
    this.closing.push(() => one.close());
    return one;
  }

  async close(): Promise<void> {
    for (let close = this.closing.pop(); close !== undefined; close = this.closing.pop()) await close();
  }
}

export async function startWorld(): Promise<World> {
  const opened = new Opened();
  try {
    return await openWorld(opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openWorld(opened: Opened): Promise<World> {
  const pm2 = await opened.add(startPm2(7));
  const shopPort = await freePort();
  const metricsPort = await freePort();
  await pm2.start(
    {
      name: SHOP,
      script: join(PROJECT, 'test', 'fixtures', 'apps', 'shop.js'),
      cwd: PROJECT,
      exec_mode: 'cluster',
      instances: 4,
      env: { PORT: String(shopPort) },
    },
    {
      name: METRICS,
      script: join(PROJECT, 'server', 'dist', 'src', 'main.js'),
      cwd: pm2.folder,
      exec_mode: 'fork',
      env: { PM2_METRICS_PORT: String(metricsPort) },
    },
  );
  const text = await opened.add(startScrapeProxy(metricsPort, 'text/plain;version=0.0.4'));
  const openmetrics = await opened.add(startScrapeProxy(metricsPort));
  const protobuf = await opened.add(startScrapeProxy(metricsPort));
  const folder = (name: string): string => join(pm2.folder, name);
  const sd = `  - { job_name: instances, http_sd_configs: [{ url: 'http://127.0.0.1:${metricsPort}/sd', refresh_interval: 1s }] }\n`;
  const plain = await opened.add(
    startPrometheus(
      folder('plain'),
      HEAD +
        sd +
        job('pm2', '/metrics', metricsPort) +
        job('cluster', '/metrics/cluster', metricsPort) +
        job('text', '/metrics', text.port) +
        job('openmetrics', '/metrics', openmetrics.port),
    ),
  );
  const native = await opened.add(
    startPrometheus(
      folder('native'),
      HEAD + job('pm2', '/metrics', protobuf.port) + job('cluster', '/metrics/cluster', protobuf.port),
      '--enable-feature=native-histograms',
    ),
  );
  const victoria = await opened.add(
    startVictoriaMetrics(folder('victoria'), HEAD + job('pm2', '/metrics', metricsPort)),
  );
  return {
    pm2,
    shopPort,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
    proxies: { text, openmetrics, protobuf },
    plain,
    native,
    victoria,
    ready: (count) => pm2.ready(SHOP, count),
    logs: () => [pm2, plain, native, victoria].map((one) => one.logs().slice(-5000)).join('\n'),
    close: () => opened.close(),
  };
}

/** A cluster under PM2, the metrics server beside it, and those scrapers that are installed, which watch both. */
import { join } from 'node:path';
import { freePort } from '../../../../scripts/lib/ports';
import { built, METRICS_SERVER, PROJECT } from '../../../../test/support/built';
import {
  missingTools,
  startPrometheus,
  startVictoriaMetrics,
  type Scraper,
  type Tool,
} from '../../../../test/support/scrapers';
import { startPm2, type Instance, type Pm2 } from '../../../../test/support/pm2';
import { startScrapeProxy, type ScrapeProxy } from '../../../../test/support/scrape-proxy';

export const SHOP = 'shop';
export const METRICS = 'metrics';

/** A scraper that is not installed throws when it is read. */
export interface ScrapedCluster {
  readonly pm2: Pm2;
  readonly shopPort: number;
  readonly metricsUrl: string;
  /** One per format that Prometheus can ask for. */
  readonly proxies: { readonly text: ScrapeProxy; readonly openmetrics: ScrapeProxy; readonly protobuf: ScrapeProxy };
  /** Scrapes as Prometheus does by itself: jobs `instances`, `pm2` and `cluster`; `text` and `openmetrics` by proxies. */
  readonly plain: Scraper;
  /** With native histograms: jobs `pm2` and `cluster`. */
  readonly native: Scraper;
  /** Job `pm2`. */
  readonly victoria: Scraper;
  /** Those of the three scrapers that run. */
  readonly scrapers: readonly Scraper[];
  /** The instances of the shop, once that many are ready; by default all that PM2 has. */
  ready(count?: number): Promise<Instance[]>;
  /** All that has been logged, for a test that failed. */
  logs(): string;
  /** Takes everything down. Repeatable. */
  close(): Promise<void>;
}

const HEAD = 'global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n';

function job(name: string, path: string, port: number): string {
  return `  - { job_name: ${name}, metrics_path: ${path}, static_configs: [{ targets: ['127.0.0.1:${port}'] }] }\n`;
}

/** Closes what was opened, the last one first, also where opening another one failed. */
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

export async function startScrapedCluster(): Promise<ScrapedCluster> {
  const opened = new Opened();
  try {
    return await openCluster(opened);
  } catch (error) {
    await opened.close();
    throw error;
  }
}

async function openCluster(opened: Opened): Promise<ScrapedCluster> {
  await built();
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
      script: METRICS_SERVER,
      cwd: pm2.folder,
      exec_mode: 'fork',
      env: { PM2_METRICS_PORT: String(metricsPort) },
    },
  );
  const text = await opened.add(startScrapeProxy(metricsPort, 'text/plain;version=0.0.4'));
  const openmetrics = await opened.add(startScrapeProxy(metricsPort));
  const protobuf = await opened.add(startScrapeProxy(metricsPort));
  const folder = (name: string): string => join(pm2.folder, name);
  const start = (tool: Tool, opening: () => Promise<Scraper>): Promise<Scraper | undefined> =>
    missingTools(tool).length > 0 ? Promise.resolve(undefined) : opened.add(opening());
  const sd = `  - { job_name: instances, http_sd_configs: [{ url: 'http://127.0.0.1:${metricsPort}/sd', refresh_interval: 1s }] }\n`;
  const plain = await start('prometheus', () =>
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
  const native = await start('prometheus', () =>
    startPrometheus(
      folder('native'),
      HEAD + job('pm2', '/metrics', protobuf.port) + job('cluster', '/metrics/cluster', protobuf.port),
      '--enable-feature=native-histograms',
    ),
  );
  const victoria = await start('victoria-metrics', () =>
    startVictoriaMetrics(
      folder('victoria'),
      HEAD + sd.replace(', refresh_interval: 1s', '') + job('pm2', '/metrics', metricsPort),
    ),
  );
  const scrapers = [plain, native, victoria].filter((one) => one !== undefined);
  return {
    pm2,
    shopPort,
    metricsUrl: `http://127.0.0.1:${metricsPort}`,
    proxies: { text, openmetrics, protobuf },
    get plain() {
      return given(plain, 'prometheus');
    },
    get native() {
      return given(native, 'prometheus');
    },
    get victoria() {
      return given(victoria, 'victoria-metrics');
    },
    scrapers,
    ready: async (count) => pm2.ready(SHOP, count ?? (await pm2.list(SHOP)).length),
    logs: () => [pm2, ...scrapers].map((one) => one.logs().slice(-5000)).join('\n'),
    close: () => opened.close(),
  };
}

function given(scraper: Scraper | undefined, tool: Tool): Scraper {
  if (scraper === undefined) throw new Error(`${tool} is not installed`);
  return scraper;
}

/** What Prometheus itself reads from each format: of metrics like those of a Mashroom server, and of unusual ones. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import type { Format, LabelledSnapshot } from '../../../protocol/render';
import type { ResourceMetrics } from '../../../../core/otel';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { CONTENT_TYPES } from '../../../src/http/formats';
import { Exposition } from '../../../workers/exposition/exposition';
import otel1 from '../../../../test/fixtures/resource-metrics-otel1.json';
import otel2 from '../../../../test/fixtures/resource-metrics-otel2.json';
import { startSdk, useInstruments } from '../../../../test/core/encoder/sdk-metrics';
import { promtool, startPrometheus, testWith, type Scraper, type Series } from '../../../../test/support/scrapers';
import { until, untilEqual } from '../../../../test/support/until';
import { encodeWith, labels, render, text } from '../../workers/exposition/rendered-snapshots';

const FORMATS = ['text', 'openmetrics', 'protobuf'] as const;

async function odd(): Promise<ResourceMetrics> {
  const { meter, collect } = startSdk('@opentelemetry/sdk-metrics');
  useInstruments(meter)(1);
  return collect();
}

const COLLECTED = { mashroom1: () => otel1, mashroom2: () => otel2, odd } as const;
type Name = keyof typeof COLLECTED;
const NAMES = Object.keys(COLLECTED) as Name[];

async function partsOf(name: Name): Promise<LabelledSnapshot[]> {
  const data = (await COLLECTED[name]()) as unknown as ResourceMetrics;
  return [{ snapshot: await encodeWith(new SnapshotEncoder({ maxSeries: 10_000 }), data), labels: labels(0) }];
}

/** A Prometheus that has scraped all of them in all formats; it tells them apart by the labels `data` and `format`. */
async function scrapeAll(t: ExecutionContext): Promise<Scraper> {
  const bodies = new Map<string, Buffer>();
  for (const name of NAMES) {
    const snapshots = await partsOf(name);
    for (const format of FORMATS) {
      bodies.set(`/${format}/${name}`, render(new Exposition(), { view: 'all', snapshots, format }).body);
    }
  }
  const server = createServer(({ url = '' }, res) => {
    res.setHeader('content-type', CONTENT_TYPES[url.split('/')[1] as Format]);
    res.end(bodies.get(url));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  const jobs = [...bodies.keys()].map((path) => {
    const [, format = '', data = ''] = path.split('/');
    const target = `{ targets: ['127.0.0.1:${port}'], labels: { format: ${format}, data: ${data} } }`;
    return `  - { job_name: ${path}, metrics_path: ${path}, static_configs: [${target}] }\n`;
  });
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const config = `global: { scrape_interval: 3s }\nscrape_configs:\n${jobs.join('')}`;
  const prometheus = await startPrometheus(join(folder, 'prometheus'), config, '--enable-feature=native-histograms');
  t.teardown(() => prometheus.close());
  await until('a scrape of each', async () => {
    const all = await prometheus.query('max_over_time(up[1h])');
    if (all.some(({ value }) => value !== 1)) throw new Error(JSON.stringify(all));
    return all.length === bodies.size || undefined;
  });
  return prometheus;
}

/** What the last scrape that succeeded has read: on a busy machine the last one may have failed. */
const last = (selector: string): string => `last_over_time(${selector}[1h])`;

/** The values by those labels that identify a series. The bounds of buckets `5` and `5.0` count as equal. */
function valuesOf(series: readonly Series[]): Record<string, number> {
  const entries = series.map(({ metric, value }): [string, number] => {
    const { job: _job, instance: _instance, format: _format, le, ...others } = metric;
    return [JSON.stringify({ ...others, ...(le !== undefined && { le: Number(le) }) }), value];
  });
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

testWith('prometheus')('Prometheus reads the same from each format', async (t) => {
  const prometheus = await scrapeAll(t);
  const read = async (data: Name, format: Format, matcher = ''): Promise<Record<string, number>> =>
    valuesOf(await prometheus.query(last(`{data="${data}", format="${format}", __name__!~"up|scrape_.*"${matcher}}`)));

  for (const data of NAMES) {
    // In OpenMetrics this gauge and the counter `observed_total` would be families of the same name.
    const matcher = ', __name__!="observed"';
    const expected = await read(data, 'text', matcher);
    t.true(Object.keys(expected).length > 70);
    t.deepEqual(await read(data, 'openmetrics', matcher), expected, data);
  }
  for (const data of NAMES) {
    // These are native histograms in protobuf.
    const matcher = ', __name__!~"exponential_.*"';
    t.deepEqual(await read(data, 'protobuf', matcher), await read(data, 'text', matcher), data);
  }
  for (const part of ['count', 'sum']) {
    const classic = valuesOf(await prometheus.query(`${last(`exponential_duration_${part}{format="text"}`)} + 0`));
    t.true(Object.keys(classic).length > 3);
    // last_over_time() has no native histograms.
    const native = () => prometheus.query(`histogram_${part}(exponential_duration{format="protobuf"})`);
    await untilEqual(t, async () => valuesOf(await native()), classic, part);
  }
});

/** Gauges of Mashroom and its Node.js metrics with names that end like those of counters. Dashboards use them. */
const MISNAMED = [
  ...['background_jobs', 'plugins', 'plugins_error', 'plugins_loaded', 'sessions', 'websocket_connections'],
  ...['http', 'https'].flatMap((scheme) =>
    ['connections_active', 'connections_idle', 'waiting_requests'].map((what) => `http_proxy_${scheme}_pool_${what}`),
  ),
  'http_proxy_ws_connections_active',
].map((name) => `mashroom_${name}_total`);
const EXCEPTIONS = [...MISNAMED, 'nodejs_active_handles_total', 'nodejs_active_requests_total'];

for (const name of ['mashroom1', 'mashroom2'] as const) {
  testWith('promtool')(`promtool objects to nothing of ${name} but names`, async (t) => {
    const { code, output } = promtool(['check', 'metrics'], text(await partsOf(name)));
    const lines = output.split('\n').filter((line) => line !== '');
    const others = lines.filter(
      (line) => !EXCEPTIONS.includes(line.replace(' non-counter metrics should not have "_total" suffix', '')),
    );
    t.deepEqual(others, []);
    // Exit code 3: promtool has read all, and has objections.
    t.is(code, 3);
    t.true(lines.length > 0);
  });
}

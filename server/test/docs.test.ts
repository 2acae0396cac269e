/** The tables of docs/metrics-server.md match the code. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import test from 'ava';
import { ownMetrics } from '../src/own-metrics';
import { ErrorCounts } from '../src/rounds/result';
import { DataPointType, type ResourceMetrics } from '../../core/otel';
import otel1 from '../../test/fixtures/resource-metrics-otel1.json';
import otel2 from '../../test/fixtures/resource-metrics-otel2.json';
import { DROP_REASONS } from '../protocol/dropped';
import { DEFAULT_GAUGE_RULES } from '../workers/cluster';
import { isOfHost } from '../workers/cluster/series/families/families';
import { GaugeRules } from '../workers/cluster/gauges/rules';
import { round } from './rounds-by-hand';

const docs = readFileSync(resolve(__dirname, '../../docs/metrics-server.md'), 'utf8');

/** Cells of the table between the two comments of this name, without its head. */
function table(name: string): string[][] {
  const [, text = ''] = new RegExp(`<!-- ${name} -->\n([^]*?)<!-- /${name} -->`).exec(docs) ?? [];
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

/** All text between backticks. */
function terms(cell = ''): string[] {
  return Array.from(cell.matchAll(/`([^`]+)`/g), ([, term]) => term as string);
}

test('gauges are merged as documented, in that order', (t) => {
  const rules = table('gauges').flatMap(([merge, words]) =>
    terms(words).map((word) => ({ match: `?(*_)${word}?(_*)`, merge: terms(merge)[0] })),
  );
  t.deepEqual(rules, [...DEFAULT_GAUGE_RULES]);
});

/** What libraries measure that is neither a counter nor a histogram: as they are named in the versions of the end of 2026. */
const RUNTIME_GAUGES = {
  'prom-client 15 and opentelemetry-node-metrics 3': [
    ...['process_max_fds', 'process_open_fds', 'process_start_time_seconds', 'nodejs_version_info'],
    ...['resident_memory', 'virtual_memory', 'heap'].map((one) => `process_${one}_bytes`),
    ...['', '_min', '_max', '_mean', '_stddev', '_p50', '_p90', '_p99'].map(
      (one) => `nodejs_eventloop_lag${one}_seconds`,
    ),
    ...['heap_size_total', 'heap_size_used', 'external_memory'].map((one) => `nodejs_${one}_bytes`),
    ...['total', 'used', 'available'].map((one) => `nodejs_heap_space_size_${one}_bytes`),
    ...['handles', 'requests', 'resources'].flatMap((one) => [`nodejs_active_${one}`, `nodejs_active_${one}_total`]),
  ],
  '@opentelemetry/instrumentation-runtime-node 0.36': [
    ...['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((one) => `nodejs.eventloop.delay.${one}`),
    ...['limit', 'used', 'space.size', 'space.available_size', 'space.physical_size'].map(
      (one) => `v8js.memory.heap.${one}`,
    ),
    ...['nodejs.eventloop.utilization', 'v8js.resource.active'],
  ],
  '@opentelemetry/host-metrics 0.39': [
    ...['process.cpu.utilization', 'process.memory.usage'],
    ...['system.cpu.utilization', 'system.memory.usage', 'system.memory.utilization'],
  ],
  Mashroom: [otel1, otel2].flatMap(({ scopeMetrics }) =>
    (scopeMetrics as unknown as ResourceMetrics['scopeMetrics']).flatMap(({ metrics }) =>
      metrics
        .filter(({ dataPointType, isMonotonic }) => dataPointType >= DataPointType.GAUGE && isMonotonic !== true)
        .map(({ descriptor }) => descriptor.name),
    ),
  ),
};

test('the gauges of common libraries are merged as documented, and all of them are documented', (t) => {
  const documented = new Map(
    table('runtime metrics').flatMap(([names, merge]) => terms(names).map((name) => [name, terms(merge)[0]] as const)),
  );
  const rules = new GaugeRules([]);
  for (const [name, merge] of documented) {
    t.is(rules.mergeOf(name), merge as never, name);
    t.is(rules.mergeOf(name.replaceAll('.', '_')), merge as never, `${name} in Prometheus`);
  }
  const all = Object.values(RUNTIME_GAUGES).flat();
  t.deepEqual([...new Set(all)].sort(), [...documented.keys()].sort());
});

test('counters of the host are those that are documented', (t) => {
  for (const [names, shown] of table('host counters')) {
    for (const name of terms(names).flatMap((one) => [one, one.replaceAll('.', '_')])) {
      const family = { descriptor: { name }, dataPointType: DataPointType.SUM, isMonotonic: true } as never;
      t.is(isOfHost(family), shown === "the host's", name);
      t.false(isOfHost({ ...(family as object), isMonotonic: false } as never));
    }
  }
});

test('the documented metrics of the server are its metrics', async (t) => {
  const options = {
    labels: { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' },
    monitor: true,
    since: 0,
    store: { writeErrors: 0 },
  };
  const metrics = ownMetrics(await round(), options).scopeMetrics.flatMap((scope) => scope.metrics);
  const expected = metrics.map(({ descriptor: { name, description }, isMonotonic }) => [
    `\`${name}\``,
    isMonotonic === true ? 'counter' : 'gauge',
    description,
  ]);
  t.deepEqual(table('own metrics'), expected);
});

test('the documented reasons for which series are not shown are those that are counted', (t) => {
  t.deepEqual(
    table('dropped').map(([reason]) => terms(reason)[0]),
    ['exporter', ...Object.keys(DROP_REASONS)],
  );
});

test('the documented kinds of errors are those that are counted', (t) => {
  t.deepEqual(
    table('errors').map(([kind]) => terms(kind)[0]),
    Object.keys(new ErrorCounts().totals),
  );
});

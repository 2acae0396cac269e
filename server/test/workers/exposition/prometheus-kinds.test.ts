/** Summaries, names that are Prometheus's, and exemplars, as each format shows them. */
import test from 'ava';
import type { Format, LabelledSnapshot } from '../../../protocol/tasks';
import { asPrometheus, counter, histogram, point, summary } from '../../../../test/core/encoder/collections';
import { promtool, testWith } from '../../../../test/support/scrapers';
import { Exposition } from '../../../workers/exposition/exposition';
import { parse } from './parsed-text';
import { decode } from './protobuf/decoded-protobuf';
import { instance, render, snapshotOf, text } from './rendered-snapshots';

const PROMETHEUS = { naming: 'prometheus' } as const;
const LATENCY = { count: 3, sum: 4.5, quantiles: [0.5, 0.99, 1], values: [1, 2.5, NaN] };

const prometheus = {
  metrics: [
    asPrometheus(counter('jobs__done', [point({ a__b: 'x"y', 'c.d': 1 }, 5)]), PROMETHEUS),
    asPrometheus(counter('app:jobs_total', [point({}, 7)]), PROMETHEUS),
    summary('latency', [point({ quantile: 'own' }, LATENCY)], PROMETHEUS),
  ],
};

async function body(format: Format, view: 'all' | 'instance', process: typeof prometheus): Promise<string> {
  const snapshots = [{ snapshot: await snapshotOf(process), labels: [] }];
  return render(new Exposition(), { view, snapshots, format }).body.toString();
}

const TEXT = `# HELP app:jobs_total ${''}
# TYPE app:jobs_total counter
app:jobs_total 7
# HELP jobs__done ${''}
# TYPE jobs__done counter
jobs__done{a__b="x\\"y",c_d="1"} 5
# HELP latency ${''}
# TYPE latency summary
latency_count{exported_quantile="own"} 3
latency_sum{exported_quantile="own"} 4.5
latency{exported_quantile="own",quantile="0.5"} 1
latency{exported_quantile="own",quantile="0.99"} 2.5
latency{exported_quantile="own",quantile="1"} NaN
`;

test('names that are Prometheus’s stay as they are, without scope and target_info', async (t) => {
  t.is(await body('text', 'all', prometheus), TEXT);
  const families = (all: string): string[] => all.split(/^(?=# HELP )/m).sort();
  t.deepEqual(families(await body('text', 'instance', prometheus)), families(TEXT));
  parse(TEXT, 'text');
});

test('in OpenMetrics a counter gets the _total that it lacks, and quantiles are canonical', async (t) => {
  const all = await body('openmetrics', 'instance', prometheus);
  parse(all, 'openmetrics');
  t.deepEqual(
    all.split('\n').filter((line) => !line.startsWith('#') && line !== ''),
    [
      'app:jobs_total 7',
      'jobs__done_total{a__b="x\\"y",c_d="1"} 5',
      'latency_count{exported_quantile="own"} 3',
      'latency_sum{exported_quantile="own"} 4.5',
      'latency{exported_quantile="own",quantile="0.5"} 1',
      'latency{exported_quantile="own",quantile="0.99"} 2.5',
      'latency{exported_quantile="own",quantile="1.0"} NaN',
    ],
  );
});

test('in protobuf, names stay and a summary has its quantiles', async (t) => {
  const snapshots = [{ snapshot: await snapshotOf(prometheus), labels: [] }];
  const families = decode(render(new Exposition(), { view: 'all', snapshots, format: 'protobuf' }).body);
  t.deepEqual(
    families.map(({ name, type }) => [name, type]),
    [
      ['app:jobs_total', 0],
      ['jobs__done', 0],
      ['latency', 2],
    ],
  );
  const expected = { count: 3, sum: 4.5, quantiles: [[0.5, 1] as const, [0.99, 2.5] as const, [1, NaN] as const] };
  t.deepEqual(families[2]?.metrics[0]?.summary, expected);
});

test('beside OpenTelemetry’s metrics there are scopes and target_info, and summaries have theirs', async (t) => {
  const metrics = [...prometheus.metrics, counter('c', [point({}, 1)]), summary('s.x', [point({}, LATENCY)])];
  const all = text([await instance(0, { resource: { r: 1 }, metrics })]);
  parse(all, 'text');
  t.regex(all, /^target_info\{r="1",/m);
  t.regex(all, /^s_x\{otel_scope_name="test",pm2_app="shop",pm_id="0",quantile="0.99"\} 2.5$/m);
  t.regex(all, /^c_total\{otel_scope_name="test",/m);
  t.regex(all, /^app:jobs_total\{pm2_app="shop",pm_id="0"\} 7$/m);
});

test('numbers of a summary that OpenMetrics forbids are left out and counted', async (t) => {
  const of = (id: string, change: object) => point({ id }, { ...LATENCY, ...change });
  const points = [of('a', {}), of('b', { sum: -1 }), of('c', { count: 0.5 }), of('d', { values: [-1, 2, 3] })];
  const snapshots = [await instance(0, { metrics: [summary('s', points)] })];
  const strict = render(new Exposition(), { view: 'all', snapshots, format: 'openmetrics' });
  const [family] = parse(strict.body.toString(), 'openmetrics');
  const shown = family!.samples.map(({ name, labels }) => `${name} ${labels.get('id')}`);
  t.deepEqual([...new Set(shown)], ['s_count a', 's_sum a', 's a', 's b']);
  t.deepEqual(
    strict.dropped.map(({ reason, series }) => [reason, series]),
    [
      ['sum', 1],
      ['count', 1],
      ['quantile', 1],
    ],
  );
  t.is(parse(text(snapshots), 'text')[0]?.samples.length, 4 * 5);
});

const exemplar = (value: number, trace = 'x', time?: number): object => ({
  attributes: { trace_id: trace, 'a.b': 1 },
  value,
  ...(time !== undefined && { time }),
});

const withExemplars = {
  metrics: [
    counter('c', [
      { ...point({ id: 1 }, 5), exemplars: [exemplar(0.5, 'a"b', 12.345)] } as never,
      { ...point({ id: 2 }, 6), exemplars: undefined },
    ]),
    histogram('h', [
      {
        ...point({}, { buckets: { boundaries: [1, 2], counts: [1, 0, 1] }, count: 2, sum: 9 }),
        exemplars: [exemplar(1), exemplar(7), exemplar(8)],
      } as never,
    ]),
  ],
};

test('exemplars stand behind counters and buckets, in OpenMetrics only', async (t) => {
  const snapshots = [await instance(0, withExemplars)];
  t.notRegex(text(snapshots), / # \{/);
  const { body: strict, dropped } = render(new Exposition(), { view: 'all', snapshots, format: 'openmetrics' });
  parse(strict.toString(), 'openmetrics');
  t.deepEqual(
    strict
      .toString()
      .split('\n')
      .flatMap((line) => / \S+ # .*$/.exec(line)?.[0] ?? []),
    [' 5 # {trace_id="a\\"b",a_b="1"} 0.5 12.345', ' 1 # {trace_id="x",a_b="1"} 1', ' 2 # {trace_id="x",a_b="1"} 8'],
  );
  t.deepEqual(
    dropped.map(({ reason, series }) => [reason, series]),
    [['exemplar', 1]],
    'one is not in its bucket',
  );
});

test('protobuf has the same exemplars', async (t) => {
  const snapshots = [await instance(0, withExemplars)];
  const [c, h] = decode(render(new Exposition(), { view: 'all', snapshots, format: 'protobuf' }).body);
  const labels = [['trace_id', 'x'] as [string, string], ['a_b', '1'] as [string, string]];
  t.deepEqual(
    c?.metrics.map((one) => [one.counter, one.exemplar?.value, one.exemplar?.time]),
    [
      [5, 0.5, 12.345],
      [6, undefined, undefined],
    ],
  );
  t.deepEqual(
    [...h!.metrics[0]!.histogram!.exemplars],
    [
      [0, { labels, value: 1, time: undefined }],
      [2, { labels, value: 8, time: undefined }],
    ],
  );
});

test('exemplars come and go while the numbers of a page stay', async (t) => {
  const exposition = new Exposition();
  const { labels, snapshot } = await instance(0, withExemplars);
  const scopes = snapshot.scopes.map((one) => ({
    ...one,
    families: one.families.map((family) => ({ ...family, exemplars: undefined })),
  }));
  const without = { labels, snapshot: { ...snapshot, scopes } };
  for (const format of ['openmetrics', 'protobuf'] as const) {
    const show = (one: LabelledSnapshot): Buffer => render(exposition, { view: 'all', snapshots: [one], format }).body;
    const bare = show(without);
    const full = show({ labels, snapshot });
    t.true(full.length > bare.length);
    t.deepEqual(show(without), bare);
    t.deepEqual(show({ labels, snapshot }), full);
  }
});

testWith('promtool')('promtool takes summaries and names that are Prometheus’s', async (t) => {
  const { output } = promtool(['check', 'metrics'], await body('text', 'all', prometheus));
  const about = output
    .split('\n')
    .filter((line) => line !== '' && !/no help text|counter metrics should have|contain ':'|abbreviated/.test(line));
  t.deepEqual(about, []);
});

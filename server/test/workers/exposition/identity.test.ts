/** One identity of a series, the exposed one: whatever processes collect, no view in any format has a series twice. */
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import type { Format, LabelledSnapshot } from '../../../protocol/tasks';
import type { Attributes, DataPoint, ResourceMetrics } from '../../../../core/otel';
import type { Family, Snapshot } from '../../../../core/snapshot';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { counter, histogram, point } from '../../../../test/core/encoder/collections';
import { promtool, testWith } from '../../../../test/support/scrapers';
import { Exposition } from '../../../workers/exposition/exposition';
import { decode } from './protobuf/decoded-protobuf';
import { load } from './other-serializer';
import { parse } from './parsed-text';
import { labels, render } from './rendered-snapshots';

const descriptor = (name: string, more: object = {}) => ({
  name,
  description: 'd',
  unit: '',
  type: '',
  valueType: 1,
  ...more,
});
const named = (metric: object, name: string, more: object = {}) => ({ ...metric, descriptor: descriptor(name, more) });
const counts = (name: string, ...points: DataPoint[]) => named(counter(name, points), name);
const gauges = (name: string, ...points: DataPoint[]) => named({ ...counter(name, points), dataPointType: 2 }, name);
const explicit = (boundaries: readonly number[], some: readonly number[]) => {
  const count = some.reduce((sum, one) => sum + one, 0);
  return { buckets: { boundaries: standIn(boundaries), counts: some }, count, sum: 2 * count };
};

interface ScopeData {
  readonly scope: { readonly name: string; readonly version?: string; readonly schemaUrl?: string };
  readonly metrics: readonly object[];
}

/** The encoder takes no such bounds. They can come in the wire form. */
const ODD_BOUNDS = [
  [1, 1, 2],
  [5, 1],
  [0, -0],
  [2, 1],
  [NaN, 3],
  [-Infinity, 0],
  [1, Infinity],
  [3, 3, 3, 1],
] as const;
const FIRST_STAND_IN = 1000;

/** As many ascending bounds, which {@link withOddBounds} replaces. */
function standIn(bounds: readonly number[]): number[] {
  const at = ODD_BOUNDS.findIndex((odd) => odd === bounds);
  return bounds.map((bound, i) => (at < 0 ? bound : FIRST_STAND_IN + 10 * at + i));
}

function withOddBounds(snapshot: Snapshot): Snapshot {
  const oddOf = (bounds: readonly number[]): readonly number[] =>
    bounds[0]! >= FIRST_STAND_IN ? (ODD_BOUNDS[(bounds[0]! - FIRST_STAND_IN) / 10] as readonly number[]) : bounds;
  return onFamilies(snapshot, (family) => ({
    ...family,
    pages: family.pages.map(({ page, base }) => {
      const { layout } = page;
      return layout.kind === 'histogram'
        ? { page: { ...page, layout: { ...layout, bounds: oddOf(layout.bounds) } }, base }
        : { page, base };
    }),
  }));
}

async function snapshotOf(scopeMetrics: readonly ScopeData[]): Promise<Snapshot> {
  const data = { resource: { attributes: { 'service.name': 'x' } }, scopeMetrics } as unknown as ResourceMetrics;
  const { snapshot } = await new SnapshotEncoder({ maxSeries: 1e4 }).encode({
    data,
    time: 1,
    intervalMs: 1,
    collectMs: 0,
  });
  return withOddBounds(snapshot);
}

/** Without the labels of the scope and of the process. */
function samplesOf(text: string): string[] {
  const lines = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'));
  return lines.map((line) => line.replace(/,?(?:otel_scope_\w+|pm2_app|pm_id)="[^"]*"/g, '').replace(/\{,?\}/, ''));
}

async function shown(view: 'all' | 'instance', ...scopes: ScopeData[]) {
  const snapshots = [{ snapshot: await snapshotOf(scopes), labels: view === 'all' ? labels(0) : [] }];
  const exposition = new Exposition();
  const first = render(exposition, { view, snapshots, format: 'text' });
  const { body, warnings } = render(exposition, { view, snapshots, format: 'text' });
  if (!first.body.equals(body)) throw new Error('the second rendering differs');
  parse(body.toString(), 'text');
  parse(render(exposition, { view, snapshots, format: 'openmetrics' }).body.toString(), 'openmetrics');
  decode(render(exposition, { view, snapshots, format: 'protobuf' }).body);
  return { samples: samplesOf(body.toString()), warnings };
}

for (const view of ['all', 'instance'] as const) {
  const scope = { name: 's' };

  test(`${view}: counters that are one in Prometheus are added, and it is told`, async (t) => {
    const warning = (name: string) => [
      `Metric ${name} has several series with the same name and labels in one process: they are added up.`,
    ];
    t.deepEqual(await shown(view, { scope, metrics: [counts('a.b', point({}, 1)), counts('a-b', point({}, 2))] }), {
      ...{ samples: ['a_b_total 3'], warnings: warning('a_b_total') },
    });
    const points = [point({ code: 200 }, 1), point({ code: '200' }, 2), point({ code: 404 }, 4)];
    t.deepEqual(await shown(view, { scope, metrics: [counts('c', ...points)] }), {
      ...{ samples: ['c_total{code="200"} 3', 'c_total{code="404"} 4'], warnings: warning('c_total') },
    });
    const twice = [
      { scope, metrics: [counts('c', point({}, 1))] },
      { scope, metrics: [counts('c', point({ a: '' }, 2))] },
    ];
    t.deepEqual((await shown(view, ...twice)).samples, ['c_total 3']);
    const unlike = [
      { scope, metrics: [counts('c', point({}, 1))] },
      { scope: { name: 's', version: '2' }, metrics: [counts('c', point({}, 2))] },
    ];
    t.deepEqual(await shown(view, ...unlike), { samples: ['c_total 1', 'c_total 2'], warnings: [] });
  });

  test(`${view}: of gauges that are one in Prometheus the first stands`, async (t) => {
    const { samples, warnings } = await shown(view, {
      scope,
      metrics: [gauges('a.b', point({ x: 1 }, 1)), gauges('a_b', point({ x: '1' }, 2), point({ x: 2 }, 3))],
    });
    t.deepEqual(samples, ['a_b{x="1"} 1', 'a_b{x="2"} 3']);
    t.is(warnings.length, 1);
  });

  test(`${view}: equal and unordered bounds are put in order`, async (t) => {
    for (const [odd, some, buckets] of [
      [0, [1, 2, 4, 8], ['le="1"} 3', 'le="2"} 7', 'le="+Inf"} 15']],
      [1, [1, 2, 4], ['le="1"} 2', 'le="5"} 3', 'le="+Inf"} 7']],
      [2, [1, 2, 4], ['le="0"} 3', 'le="+Inf"} 7']],
      [4, [1, 2, 4], ['le="3"} 2', 'le="+Inf"} 7']],
      [5, [1, 2, 4], ['le="0"} 3', 'le="+Inf"} 7']],
    ] as const) {
      const { samples } = await shown(view, {
        scope,
        metrics: [named(histogram('h', [point({}, explicit(ODD_BOUNDS[odd], some))]), 'h')],
      });
      const found = samples.filter((line) => line.includes('_bucket')).map((line) => line.slice(line.indexOf('le=')));
      t.deepEqual(found, [...buckets], ODD_BOUNDS[odd].join());
    }
  });

  test(`${view}: histograms of several bounds have those of the first, and +Inf is the count`, async (t) => {
    const one = (name: string, value: unknown) => named(histogram(name, [point({}, value)]), name);
    const metrics = [one('a.b', explicit([1, 4], [1, 2, 4])), one('a_b', explicit([2], [8, 16]))];
    const { samples } = await shown(view, { scope, metrics });
    t.deepEqual(
      samples.map((line) => line.replace(/\{.*le="(.*?)".*\}/, ' $1')),
      ['a_b_count 31', 'a_b_sum 62', 'a_b_bucket 1 1', 'a_b_bucket 4 11', 'a_b_bucket +Inf 31'],
    );
  });

  test(`${view}: of two types of one name the first stays, and it is told`, async (t) => {
    const { samples, warnings } = await shown(view, {
      scope,
      metrics: [gauges('n_total', point({}, 1)), counts('n', point({}, 2))],
    });
    t.deepEqual(samples, ['n_total 1']);
    t.deepEqual(warnings, ['Metric n_total is left out where it is a counter: it is a gauge elsewhere.']);
    const value = explicit([1], [1, 1]);
    const beside = await shown(view, {
      scope,
      metrics: [gauges('h_count', point({}, 1)), named(histogram('h', [point({}, value)]), 'h')],
    });
    t.deepEqual(beside.samples, ['h_count 1']);
    t.deepEqual(beside.warnings, ['Metric h is left out: the name h_count is taken by h_count.']);
  });

  test(`${view}: a page that is listed twice shows its series once`, async (t) => {
    const snapshot = await snapshotOf([{ scope, metrics: [counts('c', point({ i: 0 }, 1), point({ i: 1 }, 2))] }]);
    const listed = onFamilies(snapshot, (family) => ({ ...family, pages: [...family.pages, ...family.pages] }));
    const { body } = render(new Exposition(), { view, snapshots: [{ snapshot: listed, labels: [] }], format: 'text' });
    parse(body.toString(), 'text');
    t.deepEqual(samplesOf(body.toString()), ['c_total{i="0"} 2', 'c_total{i="1"} 4']);
  });
}

function onFamilies(snapshot: Snapshot, change: (family: Family) => Family): Snapshot {
  return {
    ...snapshot,
    scopes: snapshot.scopes.map(({ scope, families }) => ({ scope, families: families.map(change) })),
  };
}

test('names that the serializer before 0.221 makes invalid are left out, and it is told', async (t) => {
  const { exposition } = load('exporter-prometheus-1');
  const snapshot = await snapshotOf([
    { scope: { name: 's' }, metrics: [gauges('1n', point({}, 1)), gauges('n', point({}, 2))] },
  ]);
  const snapshots = [{ snapshot, labels: [] }];
  for (const view of ['all', 'instance'] as const) {
    const { body, warnings } = render(exposition, { view, snapshots, format: 'text' });
    parse(body.toString(), 'text');
    t.deepEqual(samplesOf(body.toString()), ['n 2']);
    t.deepEqual(warnings, ['Metric "1n" is left out: Prometheus allows no such name.']);
  }
});

test('a series that goes and one that comes with its labels are shown in turn', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const exposition = new Exposition();
  for (let round = 0; round < 8; round++) {
    const points = [point({ code: round % 2 === 0 ? 200 : '200' }, round), point({ code: round }, 1)];
    const data = {
      resource: { attributes: {} },
      scopeMetrics: [{ scope: { name: 's' }, metrics: [counts('c', ...points)] }],
    };
    const { snapshot } = await encoder.encode({ data: data as never, time: 1, intervalMs: 1, collectMs: 0 });
    const { body, warnings } = render(exposition, {
      view: 'all',
      snapshots: [{ snapshot, labels: labels(0) }],
      format: 'text',
    });
    t.deepEqual(samplesOf(body.toString()), [`c_total{code="200"} ${round}`, `c_total{code="${round}"} 1`]);
    t.deepEqual(warnings, []);
  }
});

const attributeSets: fc.Arbitrary<Attributes> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<Attributes>(
      {},
      { a: '' },
      { a: 1 },
      { a: '1' },
      { 'x.y': 1 },
      { x_y: '1' },
      { 'x-y': true },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.dictionary(
      fc.constantFrom(
        'a',
        'x.y',
        'x_y',
        'le',
        'pm2_app',
        'pm_id',
        'exported_le',
        'otel_scope_version',
        'otel_scope_name',
        '1',
        '',
        'ä',
      ),
      fc.constantFrom('', '1', 1, true, 's', '\ud800', '\ufffd', 'a"b\\\n', [1, '1']),
      { maxKeys: 3 },
    ),
  },
);
const metricShapes = fc.record({
  name: fc.constantFrom(
    'n',
    'n.n',
    'n-n',
    'n_n',
    'n_total',
    'n_count',
    'n_bucket',
    'n_created',
    '1n',
    'target_info',
    'pm2_up',
    'N',
  ),
  kind: fc.constantFrom('counter', 'updown', 'gauge', 'explicit', 'exponential'),
  unit: fc.constantFrom('', 's', '1'),
  boundaries: fc.constantFrom(
    [1],
    [1, 1],
    [2, 1],
    [],
    [0, -0],
    [NaN, 3],
    [-Infinity, 0],
    [1, Infinity],
    [-2, 0.5, 1e9],
  ),
  attributes: fc.array(attributeSets, { maxLength: 5 }),
  value: fc.nat({ max: 9 }),
});
const scopeShapes = fc.record({
  scope: fc.constantFrom(
    { name: 's' },
    { name: 's', version: '1' },
    { name: '' },
    { name: 's', schemaUrl: 'x' },
    { name: 'pm2-cluster-metrics' },
  ),
  metrics: fc.array(metricShapes, { maxLength: 5 }),
  /** Lists its pages twice. */
  repeats: fc.boolean(),
});
type ScopeShape = typeof scopeShapes extends fc.Arbitrary<infer T> ? T : never;

function metricOf({ name, kind, unit, boundaries, attributes, value }: ScopeShape['metrics'][number]): object {
  const points = (of: unknown) => attributes.map((one) => point(one, of));
  const more = { unit };
  if (kind === 'explicit') {
    const some = [...boundaries, 0].map((_, i) => value + i);
    return named(histogram(name, points(explicit(boundaries, some))), name, more);
  }
  if (kind === 'exponential') {
    const sides = {
      positive: { offset: -1, bucketCounts: [value, 1] },
      negative: { offset: 3, bucketCounts: [value] },
    };
    return named(
      histogram(name, points({ scale: 1, zeroCount: 1, ...sides, count: 2 * value + 2, sum: 1 }), 1),
      name,
      more,
    );
  }
  const metric = { ...counter(name, points(value)), isMonotonic: kind === 'counter' };
  return named(kind === 'gauge' ? { ...metric, dataPointType: 2 } : metric, name, { ...more, type: 'COUNTER' });
}

async function processOf(shapes: readonly ScopeShape[]): Promise<Snapshot> {
  const snapshot = await snapshotOf(shapes.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(metricOf) })));
  const repeats = shapes.some((one) => one.repeats);
  return repeats
    ? onFamilies(snapshot, (family) => ({ ...family, pages: [...family.pages, ...family.pages] }))
    : snapshot;
}

const LABELS = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };

/** All views of two instances and one in another namespace, with metrics of the server itself. */
function viewsOf(
  [a, b, c, own]: readonly [Snapshot, Snapshot, Snapshot, Snapshot],
  merger: ReturnType<typeof load>['merger'],
) {
  const server = { snapshot: own, labels: [] };
  const elsewhere: LabelledSnapshot['labels'] = [
    ['pm2_app', 'shop'],
    ['pm2_namespace', 'blue'],
    ['pm_id', '2'],
  ];
  const run = (pmId: number, namespace?: string) => ({ app: 'shop', namespace, pmId, key: String(pmId) });
  const rest = { state: undefined, silent: [] };
  const apps = [
    {
      ...rest,
      app: 'shop',
      live: [
        { run: run(0), snapshot: a, isLeaving: false },
        { run: run(1), snapshot: b, isLeaving: false },
      ],
      started: ['0', '1'],
    },
    {
      ...rest,
      app: 'shop',
      namespace: 'blue',
      live: [{ run: run(2, 'blue'), snapshot: c, isLeaving: false }],
      started: ['2'],
    },
  ];
  const merged = merger.absorb({ kind: 'absorb', apps, rules: [], maxEndedSeries: 1000, labels: LABELS });
  return {
    all: [
      { snapshot: a, labels: labels(0) },
      { snapshot: b, labels: labels(1) },
      { snapshot: c, labels: elsewhere },
      server,
    ],
    cluster: [...merged.snapshots, server],
    instance: [{ snapshot: a, labels: [] }],
  };
}

const FORMATS: readonly Format[] = ['text', 'openmetrics', 'protobuf'];

async function checkViews(
  t: ExecutionContext,
  shapes: readonly (readonly ScopeShape[])[],
  { exposition, merger }: ReturnType<typeof load>,
  strict: (text: string) => void,
) {
  const snapshots = (await Promise.all(shapes.map(processOf))) as unknown as readonly [
    Snapshot,
    Snapshot,
    Snapshot,
    Snapshot,
  ];
  for (const [view, parts] of Object.entries(viewsOf(snapshots, merger))) {
    for (const format of FORMATS) {
      for (const twice of [1, 2]) {
        const { body } = render(exposition, {
          view: view === 'instance' ? 'instance' : 'all',
          snapshots: parts,
          format,
        });
        if (format === 'protobuf') decode(body);
        else {
          const text = body.toString();
          parse(format === 'text' ? withoutComments(text) : text, format);
          if (format === 'text' && twice === 2) strict(text);
        }
      }
    }
  }
  t.pass();
}

/** Units are comments in this format; families without series, and what stands for none, have no samples. */
function withoutComments(text: string): string {
  return text
    .replace(/(?<![^\n])# UNIT [^\n]*\n/g, '')
    .replace(/(?<![^\n])# no registered metrics\n$/, '')
    .replace(/(?<![^\n])# HELP [^\n]*\n# TYPE [^\n]* untyped\n/g, '');
}

const processes = fc.tuple(...Array.from({ length: 4 }, () => fc.array(scopeShapes, { maxLength: 3 })));

for (const serializer of ['@opentelemetry/exporter-prometheus', 'exporter-prometheus-1']) {
  const workers = load(serializer);

  test(`whatever processes collect, no view in any format has a series twice, with ${serializer}`, async (t) => {
    await fc.assert(
      fc.asyncProperty(processes, (shapes) => checkViews(t, shapes, workers, () => undefined)),
      { numRuns: 25, includeErrorInReport: true },
    );
  });

  testWith('promtool')(`promtool reads every view of whatever processes collect, with ${serializer}`, async (t) => {
    const strict = (text: string): void => {
      const { code, output } = promtool(['check', 'metrics'], text);
      // 3 is its code for names and helps that it finds fault with.
      if (code !== 0 && code !== 3) throw new Error(`${output}\n${text}`);
    };
    await fc.assert(
      fc.asyncProperty(processes, (shapes) => checkViews(t, shapes, workers, strict)),
      { numRuns: 10, includeErrorInReport: true },
    );
  });
}

test('an instance as text has the bytes of the official serializer wherever strict parsers take them', async (t) => {
  const serializer = new PrometheusSerializer();
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(scopeShapes, { maxLength: 1 }), async (shapes) => {
      const isPlain = ({ boundaries }: ScopeShape['metrics'][number]): boolean =>
        !ODD_BOUNDS.some((odd) => odd === boundaries);
      const scopes = shapes.map(({ scope, metrics }) => ({
        scope,
        metrics: metrics
          .filter(isPlain)
          .slice(0, 3)
          .map((one) => metricOf({ ...one, attributes: one.attributes.slice(0, 2) })),
      }));
      const resource = { attributes: { 'service.name': 'x' } };
      const official = serializer.serialize({ resource, scopeMetrics: scopes } as never);
      const heads = official.match(/^# HELP \S+/gm) ?? [];
      try {
        parse(withoutComments(official), 'text');
      } catch {
        return;
      }
      if (new Set(heads).size < heads.length) return;
      compared++;
      const snapshots = [{ snapshot: await snapshotOf(scopes), labels: [] }];
      t.is(
        render(new Exposition(), { view: 'instance', snapshots, format: 'text' }).body.toString(),
        Buffer.from(official).toString(),
      );
    }),
    { numRuns: 200 },
  );
  t.true(compared > 10, `${compared} compared`);
});

import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import test from 'ava';
import { startLoan } from '../../../protocol/loan';
import type { Format, LabelledSnapshot } from '../../../protocol/render';
import { EXP_BUCKETS } from '../../../../core/snapshot';
import { Exposition } from '../../../workers/exposition/exposition';
import type { CachedRendering } from '../../../workers/exposition/rendering-cache';
import { PrometheusText } from '../../../workers/text/prometheus-text';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { collected, counter, histogram, point, series } from '../../../../test/core/encoder/collections';
import { collectText } from '../../../../test/support/collected-text';
import { instance, render, snapshotOf, text } from './rendered-snapshots';

const FORMATS: readonly Format[] = ['text', 'openmetrics', 'protobuf'];

function gauge(name: string, dataPoints: readonly object[], description = ''): object {
  return { descriptor: { name, description, unit: '', type: 'GAUGE' }, dataPointType: 2, dataPoints };
}

const exponential = point(
  {},
  {
    count: 1,
    scale: 0,
    zeroCount: 1,
    positive: { offset: 0, bucketCounts: [] },
    negative: { offset: 0, bucketCounts: [] },
  },
);

test('one instance as text is byte for byte what a process renders of itself', async (t) => {
  const metrics = [counter('b', [point({ x: 1 }, 1)]), histogram('e', [exponential], 1), gauge('a', [point({}, 2)])];
  for (const snapshot of [await snapshotOf({ metrics }), await snapshotOf({ metrics: [] })]) {
    const { body } = render(new Exposition(), {
      view: 'instance',
      format: 'text',
      snapshots: [{ snapshot, labels: [] }],
    });
    t.is(body.toString(), collectText(new PrometheusText(), snapshot));
  }
});

test('the order is the same from rendering to rendering, whatever the order of the metrics', async (t) => {
  const some = [counter('b', [point({}, 1)]), gauge('a', [point({}, 2)]), gauge('c', [point({}, 2)])];
  const snapshots = [await instance(0, { metrics: some }), await instance(1, { metrics: [...some].reverse() })];
  const exposition = new Exposition();
  for (const format of FORMATS) {
    const body = text(snapshots, format, exposition);
    t.is(text(snapshots, format, exposition), body);
    const sameBoth = [snapshots[0]!, { ...(await instance(1, { metrics: some })) }];
    t.is(text(sameBoth, format), body);
  }
});

test('of two types under one name the first one wins, and of two texts the first one', async (t) => {
  const snapshots = [
    await instance(0, { metrics: [gauge('x', [point({}, 1)], 'first'), gauge('y.z', [point({}, 5)])] }),
    await instance(1, { metrics: [gauge('x', [point({}, 2)], 'second'), counter('y_z', [point({}, 6)])] }),
    await instance(2, { metrics: [histogram('x', [exponential], 1), gauge('y-z', [point({}, 7)])] }),
    await instance(3, { metrics: [histogram('x', [exponential], 1)] }),
  ];
  const exposition = new Exposition();
  for (let i = 0; i < 2; i++) {
    const { body, warnings } = render(exposition, { view: 'all', format: 'text', snapshots });
    t.deepEqual(warnings, ['Metric x is left out where it is a histogram: it is a gauge elsewhere.']);
    t.is(
      body
        .toString()
        .match(/^# HELP x .*$/gm)
        ?.join(),
      '# HELP x first',
    );
    t.is(body.toString().match(/^x/gm)?.length, 2);
    t.is(body.toString().match(/^y_z\{/gm)?.length, 2);
    t.is(body.toString().match(/^y_z_total\{/gm)?.length, 1);
  }
  t.deepEqual(render(exposition, { view: 'all', format: 'openmetrics', snapshots }).warnings, [
    'Metric y_z_total is left out: the name y_z is taken by y_z.',
    'Metric x is left out where it is a histogram: it is a gauge elsewhere.',
  ]);
});

test('of two types under one name in two processes that of the process stands that started last', async (t) => {
  const started = async (pmId: number, startedAt: number, metric: object) => ({
    ...(await instance(pmId, { metrics: [metric] })),
    startedAt,
  });
  const snapshots = [
    await started(0, 1000, gauge('x_total', [point({}, 1)])),
    await started(1, 3000, counter('x', [point({}, 2)])),
    await started(2, 2000, gauge('x_total', [point({}, 3)])),
    await started(3, 1500, counter('x', [point({}, 4)])),
  ];
  const { body, warnings } = render(new Exposition(), { view: 'all', format: 'text', snapshots });
  // In the order of the instances, as ever.
  t.deepEqual(body.toString().match(/(?<=^x_total\{.*)\d$/gm), ['2', '4']);
  t.deepEqual(warnings, ['Metric x_total is left out where it is a gauge: it is a counter elsewhere.']);
});

test('a metric whose name is invalid, or is that of samples of another family, is left out', async (t) => {
  const metrics = [
    histogram('h', [exponential], 1),
    gauge('h_count', [point({}, 1)]),
    gauge('target_info', [point({}, 1)]),
    gauge('-', [point({}, 1)]),
  ];
  const snapshots = [await instance(0, { resource: { a: 1 }, metrics })];
  for (const format of FORMATS) {
    t.deepEqual(render(new Exposition(), { view: 'all', format, snapshots }).warnings, [
      'Metric h_count is left out: the name h_count is taken by h.',
      'Metric target_info is left out: the name target_info is taken by target_info.',
      'Metric "-" is left out: Prometheus allows no such name.',
    ]);
  }
});

/** For the message of a failed test, in which a whole exposition would be too long to read. */
function firstDifference(actual: string, expected: string): string {
  if (actual === expected) return '';
  const lines = expected.split('\n');
  const at = actual.split('\n').findIndex((line, i) => line !== lines[i]);
  return `line ${at}: ${actual.split('\n')[at] ?? 'none'} instead of ${lines[at] ?? 'none'}`;
}

test('numbers, series and pages that change are followed', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100_000 });
  const attributes = series(2500);
  const exposition = new Exposition();
  for (let step = 0; step < 6; step++) {
    const present = attributes.filter((_, i) => step === 0 || i % 5 !== step).reverse();
    const of = (i: number): object => ({
      buckets: { boundaries: [1], counts: [i, step] },
      count: i + step,
      sum: i / 3,
    });
    const metrics = [
      counter(
        'c',
        present.map((each, i) => point(each, i * 10 ** step)),
      ),
      histogram(
        'h',
        present.slice(0, 1100).map((each, i) => point(each, of(i))),
      ),
    ];
    const { snapshot } = await encoder.encode(collected(...metrics));
    const snapshots = [{ snapshot, labels: [['pm_id', '1'] as const] }];
    for (const format of FORMATS)
      t.is(firstDifference(text(snapshots, format, exposition), text(snapshots, format)), '');
  }
});

test('chunks are large, have buffers of their own unless they are lent, and are the same in sum', async (t) => {
  const metrics = [
    counter(
      'c',
      series(20_000).map((each, i) => point(each, i)),
    ),
  ];
  const snapshots = [await instance(0, { metrics }), await instance(1, { metrics })];
  for (const view of ['all', 'instance'] as const) {
    for (const format of FORMATS) {
      const { chunks, body } = render(new Exposition(), { view, format, snapshots });
      t.true(chunks.length > 1);
      t.is(new Set(chunks.map(({ buffer }) => buffer)).size, chunks.length);
      t.true(chunks.slice(0, -1).every(({ length }) => length >= 64 * 1024 && length <= 1024 * 1024));
      structuredClone(chunks, { transfer: chunks.map(({ buffer }) => buffer as ArrayBuffer) });
      t.true(chunks.every(({ length }) => length === 0));

      const lent = render(new Exposition(), { view, format, snapshots, loan: startLoan() });
      t.is(firstDifference(lent.body.toString(), body.toString()), '');
      // What is written anew each time it changes is copied.
      t.is(
        lent.chunks.some(({ buffer }) => buffer instanceof SharedArrayBuffer),
        format !== 'protobuf',
      );
    }
  }
});

test('a rendering that is not ended keeps others out, and one that is ended early spoils nothing', async (t) => {
  const metrics = [
    counter(
      'c',
      series(10_000).map((each, i) => point(each, i)),
    ),
  ];
  const snapshots = [await instance(0, { metrics })];
  for (const format of FORMATS) {
    const exposition = new Exposition();
    const begun = exposition.render({ view: 'all', format, snapshots });
    begun.next();
    t.throws(() => text(snapshots, format, exposition), { message: 'The last rendering has not ended.' });
    begun.return({ warnings: [], dropped: [] });
    t.is(text(snapshots, format, exposition), text(snapshots, format));
  }
});

/** What is kept between two renderings, by key. No user sees what is kept: it is memory. */
function entriesOf(exposition: Exposition): ReadonlyMap<string, { readonly rendering: CachedRendering }> {
  return (exposition as unknown as { cache: { entries: ReturnType<typeof entriesOf> } }).cache.entries;
}

function kept(exposition: Exposition): readonly string[] {
  return [...entriesOf(exposition).keys()];
}

test('renderings that are not asked for any more are forgotten after a while', async (t) => {
  let time = 0;
  const exposition = new Exposition({ idleMs: 100, bytes: 1e9 }, () => time);
  const metrics = [
    counter(
      'c',
      series(10).map((each) => point(each, 1)),
    ),
  ];
  const ask = async (pmId: number, part?: LabelledSnapshot): Promise<LabelledSnapshot> => {
    const snapshots = [part ?? (await instance(pmId, { metrics }))];
    for (const format of FORMATS) render(exposition, { view: 'all', format, snapshots });
    render(exposition, { view: 'instance', format: 'text', snapshots });
    return snapshots[0]!;
  };
  const stays = await ask(0);
  t.is(kept(exposition).length, 4);
  for (let i = 1; i <= 10; i++) {
    time += 10;
    await ask(i);
    await ask(0, stays);
  }
  t.is(kept(exposition).length, 44);
  time += 60;
  await ask(0, stays);
  t.is(kept(exposition).length, 24);
  time += 1000;
  await ask(0, stays);
  t.is(kept(exposition).length, 4);
  t.true(kept(exposition).every((key) => key.includes(stays.snapshot.incarnation)));
});

test('beyond the limit in bytes renderings are forgotten, but never those of the last exposition', async (t) => {
  const exposition = new Exposition({ idleMs: Infinity, bytes: 500_000 });
  const metrics = [
    counter(
      'c',
      series(1000).map((each) => point(each, 1)),
    ),
  ];
  for (let i = 0; i < 20; i++) {
    render(exposition, { view: 'all', format: 'text', snapshots: [await instance(i, { metrics })] });
    t.true(kept(exposition).length <= 5, `${kept(exposition).length}`);
  }
  const snapshots = await Promise.all(Array.from({ length: 20 }, (_, i) => instance(i, { metrics })));
  render(exposition, { view: 'all', format: 'text', snapshots });
  t.is(kept(exposition).length, 20);
});

test('pages that a process has no more are forgotten with the next rendering', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100_000 });
  const exposition = new Exposition();
  const held: number[] = [];
  for (let step = 0; step < 60; step++) {
    const metrics = [
      counter(
        'c',
        series(500, step * 500).map((each) => point(each, 1)),
      ),
    ];
    const { snapshot } = await encoder.encode(collected(...metrics));
    render(exposition, { view: 'all', format: 'text', snapshots: [{ snapshot, labels: [] }] });
    held.push([...entriesOf(exposition).values()][0]!.rendering.held);
  }
  t.true(held.at(-1)! <= 2 * Math.max(...held.slice(0, 20)), held.join(' '));
});

test('a malformed snapshot of one process does not keep the others from being shown', async (t) => {
  const metrics = [counter('c', [point({}, 1)]), gauge('g', [point({}, 1)])];
  const good = await instance(0, { metrics });
  const bad = await instance(1, { metrics });
  const [of] = bad.snapshot.scopes;
  const [c, ...others] = of!.families;
  const families = [
    { ...c!, pages: c!.pages.map(({ page, base }) => ({ page: { ...page, size: 2 }, base })) },
    ...others,
  ];
  const broken = { ...bad, snapshot: { ...bad.snapshot, scopes: [{ scope: of!.scope, families }] } };
  for (const format of FORMATS) {
    const { body, warnings } = render(new Exposition(), { view: 'all', format, snapshots: [broken, good] });
    t.deepEqual(warnings, ['Metric c_total is left out for one process: page 0 has 1 series, not 2']);
    t.is(body.toString('latin1').match(/pm_id/g)?.length, 3);
  }
});

test('the numbers of series that are not present may be anything', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100 });
  const buckets = { offset: 0, bucketCounts: [1, 2] };
  const value = { count: 6, sum: 1, scale: 0, zeroCount: 0, positive: buckets, negative: buckets };
  await encoder.encode(collected(histogram('e', [point({ a: 1 }, value), point({ a: 2 }, value)], 1)));
  const { snapshot } = await encoder.encode(collected(histogram('e', [point({ a: 2 }, value)], 1)));
  const snapshots = [{ snapshot, labels: [] }];
  const before = FORMATS.map((format) => text(snapshots, format));
  for (const junk of [Number.NaN, 1e15, -Infinity]) {
    snapshot.values.fill(junk, 0, EXP_BUCKETS + 4);
    t.deepEqual(
      FORMATS.map((format) => text(snapshots, format)),
      before,
    );
  }
});

test.serial(
  'the serializer is asked once about a family that cannot be shown, however often it is rendered',
  async (t) => {
    const { serialize } = PrometheusSerializer.prototype;
    let asked = 0;
    PrometheusSerializer.prototype.serialize = function (data) {
      if (data.scopeMetrics.some(({ metrics }) => metrics.some(({ descriptor }) => descriptor.name === '-'))) asked++;
      return serialize.call(this, data);
    };
    t.teardown(() => (PrometheusSerializer.prototype.serialize = serialize));
    const exposition = new Exposition();
    const snapshots = [await instance(0, { metrics: [gauge('-', [point({}, 1)]), gauge('x', [point({}, 1)])] })];
    for (let i = 0; i < 5; i++) {
      const { warnings } = render(exposition, { view: 'all', format: 'text', snapshots });
      t.deepEqual(warnings, ['Metric "-" is left out: Prometheus allows no such name.']);
    }
    t.is(asked, 1);
  },
);

/** Replies in the form of the first protocol, as the official serializers of all release lines render them. */
import test from 'ava';
import * as fc from '../support/properties';
import type { ResourceMetrics } from '../../core/otel';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { PageCache } from '../../workers/page-cache';
import { plainJson } from '../../workers/plain-form';
import otel1 from '../fixtures/resource-metrics-otel1.json';
import otel2 from '../fixtures/resource-metrics-otel2.json';
import { sequences } from '../core/property/metric-sequences';
import { collected, counter, histogram, point } from '../core/encoder/collections';
import { SDKS, startSdk, useInstruments } from '../core/encoder/sdk-metrics';
import { render, SERIALIZERS } from '../support/rendered';

const [OLD, ...LATER] = SERIALIZERS as [string, ...string[]];
const SERVERS = { 'OpenTelemetry 1.x': otel1, 'OpenTelemetry 2.x': otel2 } as unknown as Record<
  string,
  ResourceMetrics
>;

/** Each one as it arrives: PM2's daemon parses it and writes it again. */
async function received(...sequence: readonly ResourceMetrics[]): Promise<ResourceMetrics[]> {
  const encoder = new SnapshotEncoder({ maxSeries: 1_000_000 });
  const cache = new PageCache();
  const all: ResourceMetrics[] = [];
  for (const data of sequence) {
    const { snapshot, problems } = await encoder.encode({ ...collected(), data });
    if (problems.length > 0) throw new Error(problems.join('; '));
    cache.use(snapshot);
    all.push(JSON.parse(JSON.stringify(JSON.parse(plainJson(snapshot, cache)))) as ResourceMetrics);
  }
  return all;
}

for (const serializer of SERIALIZERS) {
  for (const [server, data] of Object.entries(SERVERS)) {
    test(`${serializer} renders what a server on ${server} has answered as the original`, async (t) => {
      const [reply] = (await received(data)) as [ResourceMetrics];
      const text = render(serializer, reply);
      t.is(text, render(serializer, data));
      t.regex(text, /\nmashroom_plugins_total(\{.*\})? \d+\n/);
    });
  }

  for (const sdk of SDKS) {
    test(`${serializer} renders metrics of ${sdk}, of all kinds and attributes, as the original`, async (t) => {
      const { meter, collect } = startSdk(sdk);
      const use = useInstruments(meter);
      const originals: ResourceMetrics[] = [];
      for (const round of [1, 2, 3]) {
        use(round);
        originals.push(await collect());
      }
      for (const [i, reply] of (await received(...originals)).entries()) {
        const text = render(serializer, reply);
        t.is(text, render(serializer, originals[i] as ResourceMetrics));
        t.true(text.split('\n').length > 150, text);
      }
    });
  }
}

test('an exponential histogram of a real SDK arrives with all its numbers', async (t) => {
  for (const sdk of SDKS) {
    const { meter, collect } = startSdk(sdk);
    const instrument = meter.createHistogram('exponential');
    for (const value of [0, 1e-9, 0.5, 3, 3, 1e12]) instrument.record(value, { a: 1 });
    const data = await collect();
    const [reply] = (await received(data)) as [ResourceMetrics];
    const plain = (of: ResourceMetrics): unknown =>
      JSON.parse(JSON.stringify(of.scopeMetrics[0]?.metrics[0]?.dataPoints));
    t.like(plain(reply), plain(data) as object, sdk);
    t.is(reply.scopeMetrics[0]?.metrics[0]?.dataPointType, 1);
  }
});

const ODD = { NaN, '+Inf': Infinity, '-Inf': -Infinity };

function oddMetrics(): ResourceMetrics {
  const points = Object.entries(ODD).map(([name, value]) => point({ name }, value));
  const value = { buckets: { boundaries: [-Infinity, NaN, Infinity], counts: [1, 2, 3] }, count: 6 };
  const sums = Object.entries(ODD).map(([name, sum]) => point({ name }, { ...value, sum }));
  return collected(counter('odd', points), histogram('odd_histogram', sums)).data;
}

test('numbers that JSON does not have are rendered as the numbers themselves since OpenTelemetry 2', async (t) => {
  const [reply] = (await received(oddMetrics())) as [ResourceMetrics];
  for (const serializer of LATER) {
    const text = render(serializer, reply);
    t.is(text, render(serializer, oddMetrics()));
    for (const name of Object.keys(ODD))
      t.true(text.includes(`{name="${name}",otel_scope_name="test"} ${name}\n`), name);
  }
});

test('the serializer of OpenTelemetry 1 renders numbers that JSON does not have as +Inf', async (t) => {
  const [reply] = (await received(oddMetrics())) as [ResourceMetrics];
  const text = render(OLD, reply);
  // Valid text, so it does not make the scrape fail.
  t.deepEqual(
    [...text.matchAll(/^odd_total\{.*\} (.*)$/gm)].map(([, value]) => value),
    ['+Inf', '+Inf', '+Inf'],
  );
  const shown = (serializer: string, value: unknown): unknown =>
    /^odd_total(?:\{.*\})? (.*)$/m.exec(render(serializer, collected(counter('odd', [point({}, value)])).data))?.[1];
  // `Number.isNaN()` is true only for the number, which JSON does not have.
  for (const value of ['NaN', 'nan', '', null, [], ['NaN'], {}, true]) t.is(shown(OLD, value), '+Inf');
  // This value would be right for one of the three, but later versions would render it wrong.
  t.is(shown(OLD, '-Infinity'), '-Inf');
  for (const serializer of LATER)
    t.deepEqual([shown(serializer, '-Infinity'), shown(serializer, -Infinity)], ['-Infinity', '-Inf']);
});

/** Reads what arrives as the serializer of OpenTelemetry 1 does. */
function asOldReads(value: unknown, key = ''): unknown {
  if (typeof value === 'number') return Number.isFinite(value) || key === 'boundaries' ? value : Infinity;
  if (Array.isArray(value)) return value.map((each) => asOldReads(each, key));
  if (typeof value !== 'object' || value === null || key === 'attributes') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, asOldReads(each, name)]));
}

test('each serializer renders everything else as the original', async (t) => {
  await fc.assert(
    fc.asyncProperty(sequences, async (sequence) => {
      for (const [i, reply] of (await received(...sequence)).entries()) {
        const original = sequence[i] as ResourceMetrics;
        t.is(render(OLD, reply), render(OLD, asOldReads(original) as ResourceMetrics));
        for (const serializer of LATER) t.is(render(serializer, reply), render(serializer, original));
      }
    }),
    { numRuns: 60 },
  );
});

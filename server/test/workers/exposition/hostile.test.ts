/**
 * Whatever numbers and attributes a process sends: all formats are valid, of it alone too, and have all that other processes
 * send.
 */
import test from 'ava';
import * as fc from '../../../../test/support/properties';
import type { Format, LabelledSnapshot } from '../../../protocol/render';
import {
  COUNT,
  EXP_BUCKETS,
  EXP_ZERO_COUNT,
  SUM,
  strideOf,
  type Layout,
  type Snapshot,
} from '../../../../core/snapshot';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { forEachSeries } from '../../../../core/series';
import { counter, histogram, point } from '../../../../test/core/encoder/collections';
import { sequencesOfAllKinds } from '../../../../test/core/property/all-kinds';
import { promtool, testWith } from '../../../../test/support/scrapers';
import { Exposition } from '../../../workers/exposition/exposition';
import { withoutComments } from './distinct/processes-by-hand';
import { load } from './other-serializer';
import { decode } from './protobuf/decoded-protobuf';
import { parse } from './parsed-text';
import { instance, labels, render } from './rendered-snapshots';

const hostileNumber = fc.constantFrom(
  ...[NaN, Infinity, -Infinity, -0, -1, 0.5, 1e300, 5e-324],
  ...[2 ** 52 - 1, 2 ** 52, 2 ** 53 - 1, 2 ** 53, 2 ** 64, -(2 ** 53)],
);
/** Which of the numbers are replaced, and by what. */
const replacements = fc.array(fc.tuple(fc.nat(), hostileNumber), { maxLength: 12 });

/** The decoder lets any number through but for scales, offsets and lengths. */
function isFree(layout: Layout, number: number): boolean {
  if (layout.kind !== 'exponential') return number >= COUNT;
  return number === COUNT || number === SUM || number === EXP_ZERO_COUNT || number >= EXP_BUCKETS;
}

function withNumbers(snapshot: Snapshot, replaced: readonly (readonly [number, number])[]): Snapshot {
  const free: number[] = [];
  for (const { families } of snapshot.scopes) {
    for (const family of families) {
      forEachSeries(family, ({ layout }, _index, offset) => {
        for (let i = 0; i < strideOf(layout); i++) if (isFree(layout, i)) free.push(offset + i);
      });
    }
  }
  const values = snapshot.values.slice();
  for (const [at, number] of replaced) if (free.length > 0) values[free[at % free.length]!] = number;
  return { ...snapshot, values };
}

const value = { count: 3, sum: 4, buckets: { boundaries: [1, 5], counts: [1, 1, 1] } };
const buckets = { offset: 0, bucketCounts: [1, 2] };
const exponential = {
  ...{ count: 4, sum: 9, scale: 0, zeroCount: 1 },
  ...{ positive: buckets, negative: { offset: 0, bucketCounts: [] } },
};

/** A process that sends nothing odd, under names of its own: the other one may give any name another type. */
const good = instance(1, {
  metrics: [
    counter('good', [point({}, 5)]),
    histogram('good_histogram', [point({}, value)]),
    histogram('good_exponential', [point({}, exponential)], 1),
  ],
});

type Takes = (text: string) => void;

function check(snapshots: readonly LabelledSnapshot[], exposition: Exposition, takeText: Takes): void {
  const shown = (format: Format): Buffer => render(exposition, { view: 'all', snapshots, format }).body;
  const text = shown('text').toString();
  parse(text, 'text');
  takeText(text);
  const strict = shown('openmetrics').toString();
  parse(strict, 'openmetrics');
  const families = decode(shown('protobuf'));
  for (const name of ['good_total', 'good_histogram', 'good_exponential']) {
    const isThere = (one: string): boolean => new RegExp(`^${name}(?:_bucket)?\\{.*pm_id="1"`, 'm').test(one);
    const inProtobuf = families.some((family) => family.name === name && family.metrics.length === 1);
    if (!isThere(text) || !isThere(strict) || !inProtobuf) throw new Error(`${name} of the good process is missing`);
  }
}

/** The process alone, as text by the rules of the official serializer. */
function checkAlone(snapshot: Snapshot, exposition: Exposition, takeText: Takes): void {
  const snapshots = [{ snapshot, labels: [] }];
  const shown = (format: Format): Buffer => render(exposition, { view: 'instance', snapshots, format }).body;
  const text = shown('text').toString();
  parse(withoutComments(text), 'text');
  takeText(text);
  parse(shown('openmetrics').toString(), 'openmetrics');
  decode(shown('protobuf'));
}

async function checkAll(numRuns: number, takeText: Takes): Promise<void> {
  await fc.assert(
    fc.asyncProperty(
      sequencesOfAllKinds,
      fc.array(replacements, { minLength: 3, maxLength: 3 }),
      async (sequence, replaced) => {
        const encoder = new SnapshotEncoder({ maxSeries: 1e6 });
        const exposition = new Exposition();
        for (const [step, some] of replaced.entries()) {
          const { snapshot } = await encoder.encode({ data: sequence[step]!, time: 1, intervalMs: 1, collectMs: 0 });
          const odd = withNumbers(snapshot, some);
          check([{ snapshot: odd, labels: labels(0) }, await good], exposition, takeText);
          checkAlone(odd, exposition, takeText);
        }
      },
    ),
    { numRuns, includeErrorInReport: true },
  );
}

test('whatever numbers a process sends, all formats are valid and have what the others send', async (t) => {
  await t.notThrowsAsync(checkAll(100, () => undefined));
});

testWith('promtool')('promtool takes the text, whatever numbers a process sends', async (t) => {
  const strict = (text: string): void => {
    const { code, output } = promtool(['check', 'metrics'], text);
    // 3 is its code for names and helps that it finds fault with.
    if (code !== 0 && code !== 3) throw new Error(`${output}\n${text}`);
  };
  await t.notThrowsAsync(checkAll(10, strict));
});

for (const serializer of ['@opentelemetry/exporter-prometheus', 'exporter-prometheus-1']) {
  const { exposition } = load(serializer);

  test(`an attribute called __name__ gets another name, with ${serializer}`, async (t) => {
    const metrics = [counter('c', [point({ __name__: 'x' }, 1)])];
    const snapshots = [await instance(0, { resource: { __name__: 'y' }, metrics })];
    for (const view of ['all', 'instance'] as const) {
      const text = render(exposition, { view, snapshots, format: 'text' }).body.toString();
      parse(text, 'text');
      t.regex(text, /^c_total\{(exported___name__|_name_)="x"/m);
      t.regex(text, /^target_info\{(exported___name__|_name_)="y"/m);
    }
    parse(render(exposition, { view: 'all', snapshots, format: 'openmetrics' }).body.toString(), 'openmetrics');
    decode(render(exposition, { view: 'all', snapshots, format: 'protobuf' }).body);
  });
}

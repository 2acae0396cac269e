/** Whatever processes may collect: names, attributes and bounds that are one in Prometheus, or collide. */
import * as fc from '../../../../../test/support/properties';
import type { Attributes } from '../../../../../core/otel';
import type { Snapshot } from '../../../../../core/snapshot';
import { counter, histogram, point } from '../../../../../test/core/encoder/collections';
import { explicit, named, onFamilies, snapshotOf } from './processes-by-hand';

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
export const scopeShapes = fc.record({
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
export type ScopeShape = typeof scopeShapes extends fc.Arbitrary<infer T> ? T : never;

export function metricOf({ name, kind, unit, boundaries, attributes, value }: ScopeShape['metrics'][number]): object {
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

export async function processOf(shapes: readonly ScopeShape[]): Promise<Snapshot> {
  const snapshot = await snapshotOf(shapes.map(({ scope, metrics }) => ({ scope, metrics: metrics.map(metricOf) })));
  const repeats = shapes.some((one) => one.repeats);
  return repeats
    ? onFamilies(snapshot, (family) => ({ ...family, pages: [...family.pages, ...family.pages] }))
    : snapshot;
}

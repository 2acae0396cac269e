/** Processes made by hand whose series are one in Prometheus, and bounds that only the wire form can bring. */
import type { DataPoint, ResourceMetrics } from '../../../../../core/otel';
import type { Family, Snapshot } from '../../../../../core/snapshot';
import { SnapshotEncoder } from '../../../../../core/encoder/encoder';
import { counter } from '../../../../../test/core/encoder/collections';

const descriptor = (name: string, more: object = {}) => ({
  name,
  description: 'd',
  unit: '',
  type: '',
  valueType: 1,
  ...more,
});
export const named = (metric: object, name: string, more: object = {}) => ({
  ...metric,
  descriptor: descriptor(name, more),
});
export const counts = (name: string, ...points: DataPoint[]) => named(counter(name, points), name);
export const gauges = (name: string, ...points: DataPoint[]) =>
  named({ ...counter(name, points), dataPointType: 2 }, name);
export const explicit = (boundaries: readonly number[], some: readonly number[]) => {
  const count = some.reduce((sum, one) => sum + one, 0);
  return { buckets: { boundaries: standIn(boundaries), counts: some }, count, sum: 2 * count };
};

export interface ScopeData {
  readonly scope: { readonly name: string; readonly version?: string; readonly schemaUrl?: string };
  readonly metrics: readonly object[];
}

/** The encoder takes no such bounds. They can come in the wire form. */
export const ODD_BOUNDS = [
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

export async function snapshotOf(scopeMetrics: readonly ScopeData[]): Promise<Snapshot> {
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
export function samplesOf(text: string): string[] {
  const lines = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('target_info'));
  return lines.map((line) => line.replace(/,?(?:otel_scope_\w+|pm2_app|pm_id)="[^"]*"/g, '').replace(/\{,?\}/, ''));
}

export function onFamilies(snapshot: Snapshot, change: (family: Family) => Family): Snapshot {
  return {
    ...snapshot,
    scopes: snapshot.scopes.map(({ scope, families }) => ({ scope, families: families.map(change) })),
  };
}

/** Units are comments in this format; families without series, and what stands for none, have no samples. */
export function withoutComments(text: string): string {
  return text
    .replace(/(?<![^\n])# UNIT [^\n]*\n/g, '')
    .replace(/(?<![^\n])# no registered metrics\n$/, '')
    .replace(/(?<![^\n])# HELP [^\n]*\n# TYPE [^\n]* untyped\n/g, '');
}

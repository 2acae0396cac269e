/** Builds snapshots by hand, in their simplest form. */
import { AggregationTemporality, DataPointType } from '../../core/otel';
import {
  EXP_BUCKETS,
  ORDER_SHIFT,
  PAGE_SERIES,
  strideOf,
  type Family,
  type Layout,
  type Page,
  type PlacedPage,
  type Snapshot,
} from '../../core/snapshot';

/** The numbers of one series at one time, as the layout orders them. */
export interface Numbers {
  readonly layout: Layout;
  readonly numbers: readonly number[];
}

export interface SeriesSpec {
  readonly attributes?: Record<string, unknown>;
  /** `undefined` for a series that has a slot on a page but is not in this snapshot. */
  readonly now: Numbers | undefined;
  readonly before?: Numbers | undefined;
}

export interface FamilySpec {
  readonly name: string;
  readonly type: keyof typeof DataPointType;
  readonly monotonic?: boolean;
  readonly temporality?: keyof typeof AggregationTemporality;
  readonly unit?: string;
  readonly scope?: string;
  readonly series: readonly SeriesSpec[];
}

export interface SnapshotSpec {
  readonly families: readonly FamilySpec[];
  /** Since the previous snapshot; `null` if there is none. */
  readonly seconds?: number | null;
  readonly pageSeries?: number;
  /** Length of the previous column where series were appended after it. */
  readonly previousLength?: number;
}

const START_TIME = 1_700_000_000_000_000;

export function scalar(value: number, start = START_TIME): Numbers {
  return { layout: { kind: 'scalar' }, numbers: [start, value] };
}

const MOMENTS = { sum: true, min: true, max: true } as const;

interface Moments {
  readonly sum?: number;
  readonly min?: number;
  readonly max?: number;
}

export function histogram(
  bounds: readonly number[],
  counts: readonly number[],
  start = START_TIME,
  { sum = NaN, min = NaN, max = NaN }: Moments = {},
): Numbers {
  const count = counts.reduce((total, each) => total + each, 0);
  const layout: Layout = { kind: 'histogram', ...MOMENTS, bounds, buckets: counts.length };
  return { layout, numbers: [start, count, sum, min, max, ...counts] };
}

export interface ExponentialSpec {
  readonly scale: number;
  readonly zero?: number;
  readonly positive?: readonly [offset: number, counts: readonly number[]];
  readonly negative?: readonly [offset: number, counts: readonly number[]];
  readonly start?: number;
  readonly moments?: Moments;
}

/** @param capacity bucket capacity of the layout, so that histograms of different length share one */
export function exponential(spec: ExponentialSpec, capacity = 20): Numbers {
  const { scale, zero = 0, positive: [up, ups] = [0, []], negative: [down, downs] = [0, []] } = spec;
  const layout: Layout = { kind: 'exponential', ...MOMENTS, positive: capacity, negative: capacity };
  const count = [...ups, ...downs].reduce((sum, each) => sum + each, zero);
  const numbers = new Array<number>(EXP_BUCKETS + 2 * capacity).fill(0);
  numbers.splice(
    0,
    EXP_BUCKETS,
    spec.start ?? START_TIME,
    count,
    spec.moments?.sum ?? NaN,
    spec.moments?.min ?? NaN,
    spec.moments?.max ?? NaN,
    scale,
    zero,
    up,
    ups.length,
    down,
    downs.length,
  );
  numbers.splice(EXP_BUCKETS, ups.length, ...ups);
  numbers.splice(EXP_BUCKETS + capacity, downs.length, ...downs);
  return { layout, numbers };
}

/** @param numbers count, sum, and a value per quantile */
export function summary(quantiles: readonly number[], numbers: readonly number[]): Numbers {
  return { layout: { kind: 'summary', quantiles }, numbers: [START_TIME, ...numbers] };
}

let incarnations = 0;

export function snapshotOf(spec: SnapshotSpec): Snapshot {
  const { families, seconds = 10, pageSeries = PAGE_SERIES } = spec;
  const columns = { now: [] as number[], before: [] as number[], pages: 0 };
  const scopes = new Map<string, Family[]>();
  for (const each of families) {
    const scope = each.scope ?? 'scope';
    scopes.set(scope, [...(scopes.get(scope) ?? []), familyOf(each, pageSeries, columns)]);
  }
  const time = 1_700_000_100_000;
  const previous = columns.before.slice(0, spec.previousLength);
  return {
    incarnation: `incarnation-${++incarnations}`,
    generation: seconds === null ? 1 : 2,
    time,
    resource: '{}',
    scopes: Array.from(scopes, ([name, ofScope]) => ({ scope: { name }, families: ofScope })),
    values: Float64Array.from(columns.now),
    previous:
      seconds === null
        ? undefined
        : { generation: 1, time: time - seconds * 1000, values: Float64Array.from(previous) },
    stats: { intervalMs: 10_000, collectMs: 1, series: 0, droppedSeries: 0, droppedExemplars: 0 },
  };
}

function familyOf(
  spec: FamilySpec,
  pageSeries: number,
  columns: { now: number[]; before: number[]; pages: number },
): Family {
  const pages: PlacedPage[] = [];
  const order: number[] = [];
  let rest = spec.series;
  while (rest.length > 0) {
    const layout = layoutOf(rest[0]);
    let size = 1;
    while (size < Math.min(rest.length, pageSeries) && keyOf(layoutOf(rest[size])) === keyOf(layout)) size++;
    const series = rest.slice(0, size);
    rest = rest.slice(size);
    const attributes = Buffer.from(series.map((each) => `${JSON.stringify(each.attributes ?? {})}\n`).join(''));
    const page: Page = { id: ++columns.pages, layout, size, attributes };
    const absent = new Array<number>(strideOf(layout)).fill(NaN);
    series.forEach(({ now }, index) => {
      if (now !== undefined) order.push((pages.length << ORDER_SHIFT) | index);
    });
    pages.push({ page, base: columns.now.length });
    for (const { now, before } of series) {
      columns.now.push(...(now?.numbers ?? absent));
      columns.before.push(...(before?.numbers ?? absent));
    }
  }
  return {
    descriptor: { name: spec.name, ...(spec.unit === undefined ? {} : { unit: spec.unit }) },
    dataPointType: DataPointType[spec.type],
    aggregationTemporality: AggregationTemporality[spec.temporality ?? 'CUMULATIVE'],
    isMonotonic: spec.monotonic ?? spec.type === 'SUM',
    endTime: [1_700_000_100, 0],
    pages,
    order: order.length === spec.series.length ? undefined : Int32Array.from(order),
  };
}

function layoutOf(series: SeriesSpec | undefined): Layout {
  const numbers = series?.now ?? series?.before;
  if (numbers === undefined) throw new Error('a series needs numbers at one time at least');
  return numbers.layout;
}

/** A `JSON` text would lose infinite bounds. */
function keyOf(layout: Layout): string {
  return JSON.stringify(layout, (_key, value: unknown) => (typeof value === 'number' ? String(value) : value));
}

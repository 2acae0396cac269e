/** The numbers of a snapshot by series, so that two processes can be compared. */
import { DataPointType } from '../../core/otel';
import { forEachSeries } from '../../core/series';
import {
  COUNT,
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_ZERO_COUNT,
  MAX,
  MIN,
  SCALAR_VALUE,
  START,
  strideOf,
  SUM,
  type ExponentialLayout,
  type Family,
  type Layout,
  type Page,
  type Snapshot,
} from '../../core/snapshot';

interface Series {
  readonly key: string;
  readonly family: Family;
  readonly layout: Layout;
  readonly numbers: Float64Array;
}

/** By `scope metric {attributes}`. What stands for nothing, such as offsets of no buckets, is left out. */
export function numbersOf(snapshot: Snapshot): Map<string, unknown> {
  return new Map(
    seriesOf(snapshot).map(({ key, family, layout, numbers }) => {
      const { dataPointType, aggregationTemporality, isMonotonic } = family;
      return [key, [dataPointType, aggregationTemporality, isMonotonic, shown(layout, numbers)]];
    }),
  );
}

export interface Counts {
  /** What is the same whenever a process collects. */
  readonly exact: ReadonlyMap<string, unknown>;
  /** Their order of addition depends on the moments of the collections. */
  readonly sums: ReadonlyMap<string, number>;
}

/** Without the scale of exponential histograms, which depends on the moments too: of their buckets it has the totals. */
export function countsOf(snapshot: Snapshot): Counts {
  const exact = new Map<string, unknown>();
  const sums = new Map<string, number>();
  for (const { key, family, layout, numbers } of seriesOf(snapshot)) {
    const rest = [...numbers];
    const at = layout.kind === 'scalar' ? SCALAR_VALUE : SUM;
    if (family.dataPointType !== DataPointType.GAUGE) sums.set(key, rest.splice(at, 1)[0] as number);
    exact.set(key, layout.kind === 'exponential' ? withoutScale(layout, numbers) : rest);
  }
  return { exact, sums };
}

function withoutScale({ positive }: ExponentialLayout, numbers: Float64Array): unknown {
  const total = (from: number, length: number): number =>
    numbers.subarray(from, from + (numbers[length] as number)).reduce((all, count) => all + count, 0);
  return {
    start: numbers[START],
    counts: [numbers[COUNT], numbers[EXP_ZERO_COUNT]],
    range: [numbers[MIN], numbers[MAX]],
    positive: total(EXP_BUCKETS, EXP_POSITIVE_LENGTH),
    negative: total(EXP_BUCKETS + positive, EXP_NEGATIVE_LENGTH),
  };
}

/** By ascending key. */
function seriesOf({ scopes, values }: Snapshot): Series[] {
  const all = new Map<string, Series>();
  for (const { scope, families } of scopes) {
    for (const family of families) {
      forEachSeries(family, (page, index, offset) => {
        const key = `${scope.name} ${family.descriptor.name} ${attributesAt(page, index)}`;
        const numbers = values.subarray(offset, offset + strideOf(page.layout));
        if (all.has(key)) throw new Error(`twice: ${key}`);
        all.set(key, { key, family, layout: page.layout, numbers });
      });
    }
  }
  return [...all.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function attributesAt({ attributes }: Page, index: number): string {
  const line = Buffer.from(attributes).toString('utf8').split('\n')[index] as string;
  return JSON.stringify(Object.entries(JSON.parse(line) as object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function shown(layout: Layout, numbers: Float64Array): unknown {
  if (layout.kind === 'scalar' || layout.kind === 'summary') return [...numbers];
  const { sum, min, max } = layout;
  if (layout.kind === 'histogram') return { sum, min, max, bounds: layout.bounds, numbers: [...numbers] };
  const sign = (offset: number, length: number, from: number): unknown => {
    const buckets = numbers.slice(from, from + (numbers[length] as number));
    return buckets.some((count) => count > 0) ? [numbers[offset], ...buckets] : [];
  };
  return {
    numbers: [...numbers.slice(0, EXP_POSITIVE_OFFSET)],
    positive: sign(EXP_POSITIVE_OFFSET, EXP_POSITIVE_LENGTH, EXP_BUCKETS),
    negative: sign(EXP_NEGATIVE_OFFSET, EXP_NEGATIVE_LENGTH, EXP_BUCKETS + layout.positive),
    ...{ sum, min, max },
  };
}

/** The numbers of a snapshot by series, so that two processes can be compared. */
import { forEachSeries } from '../../core/series';
import {
  EXP_BUCKETS,
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  strideOf,
  type Layout,
  type Page,
  type Snapshot,
} from '../../core/snapshot';

/** By `scope metric {attributes}`. What stands for nothing, such as offsets of no buckets, is left out. */
export function numbersOf({ scopes, values }: Snapshot): Map<string, unknown> {
  const numbers = new Map<string, unknown>();
  for (const { scope, families } of scopes) {
    for (const family of families) {
      const { descriptor, dataPointType, aggregationTemporality, isMonotonic } = family;
      forEachSeries(family, (page, index, offset) => {
        const key = `${scope.name} ${descriptor.name} ${attributesAt(page, index)}`;
        const own = values.subarray(offset, offset + strideOf(page.layout));
        if (numbers.has(key)) throw new Error(`twice: ${key}`);
        numbers.set(key, [dataPointType, aggregationTemporality, isMonotonic, shown(page.layout, own)]);
      });
    }
  }
  return new Map([...numbers].sort(([a], [b]) => (a < b ? -1 : 1)));
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

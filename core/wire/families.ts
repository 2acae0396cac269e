/** Reads the families of a wire form: where their pages stand in the column, their orders, and their numbers. */
import {
  EXP_NEGATIVE_LENGTH,
  EXP_NEGATIVE_OFFSET,
  EXP_POSITIVE_LENGTH,
  EXP_POSITIVE_OFFSET,
  EXP_SCALE,
  MAX_OFFSET,
  MAX_SCALE,
  ORDER_MASK,
  ORDER_SHIFT,
  strideOf,
  type ExponentialLayout,
  type Family,
  type Layout,
  type PlacedPage,
} from '../snapshot';
import type { Scope } from '../otel';
import { forEachSeries } from '../series';
import { placeExemplars } from './exemplars';
import type { WireFamily } from './format';
import { isLayoutOf } from './header';
import type { ByteReader } from './numbers';
import type { KnownPage } from './pages';
import type { SharedPiece } from './shared-piece';
import { check, WireError } from './wire-error';

/** What the families so far have together. */
export interface Total {
  /** Of the column. */
  numbers: number;
  /** That are present. */
  series: number;
  /** Lines of an exposition as text, at the most. */
  samples: number;
  /** Bytes of the names and attributes in these lines, about. */
  textBytes: number;
}

/** Gives each page of a family the next space in the column, and adds it to `total`. */
export function placePages(
  scope: Scope,
  family: WireFamily,
  pages: ReadonlyMap<number, KnownPage>,
  total: Total,
): PlacedPage[] {
  const { dataPointType, descriptor } = family;
  const nameBytes = [descriptor.name, scope.name, scope.version, scope.schemaUrl].join('').length;
  const missing = family.pages.filter((id) => !pages.has(id));
  if (missing.length > 0) {
    const name = JSON.stringify(descriptor.name);
    throw new WireError('MISSING_PAGES', `pages ${missing.join(', ')} of ${name} are neither sent nor known`);
  }
  total.series += family.order ?? family.pages.reduce((sum, id) => sum + (pages.get(id) as KnownPage).page.size, 0);
  return family.pages.map((id) => {
    const { page } = pages.get(id) as KnownPage;
    check(isLayoutOf(dataPointType, page.layout), `page ${id} is not of the type of its family`);
    const base = total.numbers;
    total.numbers += page.size * strideOf(page.layout);
    const samples = samplesOf(page.layout);
    total.samples += page.size * samples;
    total.textBytes += (page.attributes.length + page.size * nameBytes) * samples;
    return { page, base };
  });
}

function samplesOf(layout: Layout): number {
  switch (layout.kind) {
    case 'scalar':
      return 1;
    case 'histogram':
      return layout.buckets + 2;
    case 'exponential':
      return layout.positive + layout.negative + 3;
    case 'summary':
      return layout.quantiles.length + 2;
  }
}

/** @returns `length` slots, each of which names another series of the pages */
export function readOrder(
  length: number,
  pages: readonly PlacedPage[],
  reader: ByteReader,
  memory: SharedPiece,
): Int32Array {
  const bytes = reader.take(length * Int32Array.BYTES_PER_ELEMENT);
  const order = memory.int32(length);
  const named = new Uint8Array(pages.length << ORDER_SHIFT);
  for (let i = 0; i < length; i++) {
    const slot = bytes.readInt32LE(i * Int32Array.BYTES_PER_ELEMENT);
    const page = pages[slot >> ORDER_SHIFT]?.page;
    check(page !== undefined && (slot & ORDER_MASK) < page.size, 'order names a series that is not there');
    check(named[slot] === 0, 'order names a series twice');
    named[slot] = 1;
    order[i] = slot;
  }
  return order;
}

export function readStripes({ page, base }: PlacedPage, values: Float64Array, reader: ByteReader): void {
  const stride = strideOf(page.layout);
  for (let i = 0; i < stride; i++) reader.stripe(values, base + i, stride, page.size);
}

export function toFamily(
  wire: WireFamily,
  pages: readonly PlacedPage[],
  order: Int32Array | undefined,
  values: Float64Array,
): Family {
  const { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, aggregator } = wire;
  const exemplars = placeExemplars(wire, pages);
  const about = { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime };
  const family = { ...about, pages, order, ...(aggregator && { aggregator }), ...(exemplars && { exemplars }) };
  forEachSeries(family, ({ layout }, _index, offset) => {
    if (layout.kind === 'exponential') checkExponential(layout, values, offset);
  });
  return family;
}

function checkExponential({ positive, negative }: ExponentialLayout, values: Float64Array, offset: number): void {
  const checkWhole = (number: number, least: number, most: number, what: string): void => {
    const value = values[offset + number] as number;
    check(Number.isInteger(value) && value >= least && value <= most, what);
  };
  checkWhole(EXP_SCALE, -MAX_SCALE, MAX_SCALE, 'scale of an exponential histogram');
  checkWhole(EXP_POSITIVE_OFFSET, -MAX_OFFSET, MAX_OFFSET, 'offset of positive buckets');
  checkWhole(EXP_NEGATIVE_OFFSET, -MAX_OFFSET, MAX_OFFSET, 'offset of negative buckets');
  checkWhole(EXP_POSITIVE_LENGTH, 0, positive, 'number of positive buckets');
  checkWhole(EXP_NEGATIVE_LENGTH, 0, negative, 'number of negative buckets');
}

/** Checks the header of a wire form, of which nothing is used before. */
import { DataPointType } from '../otel';
import { MAX_BUCKETS, PAGE_SERIES, type Layout } from '../snapshot';
import { isRecord } from '../values';
import { WIRE_VERSION, type WireFamily, type WireHeader, type WirePage } from './format';

/** Why a payload cannot be decoded. */
export class WireError extends Error {
  override readonly name = 'WireError';

  constructor(
    readonly code: 'VERSION' | 'MALFORMED' | 'TOO_LARGE' | 'MISSING_PAGES',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export function check(holds: boolean, what: string): asserts holds {
  if (!holds) throw new WireError('MALFORMED', `not a snapshot: ${what}`);
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws WireError unless everything in the header is valid that can be checked without the pages */
export function checkHeader(header: unknown): asserts header is WireHeader {
  check(isRecord(header), 'header');
  const { v, incarnation, resource, generation, time, stats, scopes, pages } = header;
  if (v !== WIRE_VERSION) throw new WireError('VERSION', `wire version ${String(v)}, expected ${WIRE_VERSION}`);
  check(typeof incarnation === 'string', 'incarnation');
  check(typeof resource === 'string' && isRecord(JSON.parse(resource)), 'resource');
  check(Number.isSafeInteger(generation) && Number.isFinite(time), 'generation or time');
  check(isRecord(stats), 'stats');
  for (const name of ['intervalMs', 'collectMs', 'series', 'droppedSeries']) check(Number.isFinite(stats[name]), name);
  check(Array.isArray(pages), 'pages');
  for (const page of pages as readonly unknown[]) checkPage(page);
  check(Array.isArray(scopes), 'scopes');
  for (const one of scopes as readonly unknown[]) {
    check(isRecord(one) && isRecord(one['scope']) && Array.isArray(one['families']), 'scope');
    const { name, version, schemaUrl } = one['scope'];
    check(typeof name === 'string' && areMaybe('string', version, schemaUrl), 'name of a scope');
    for (const family of one['families'] as readonly unknown[]) checkFamily(family);
  }
}

function checkPage(page: unknown): asserts page is WirePage {
  check(isRecord(page), 'page');
  const { id, size, layout, bytes } = page;
  check(isCount(id), 'page id');
  check(isCount(size) && size > 0 && size <= PAGE_SERIES, `size of page ${id}`);
  check(isCount(bytes) && bytes >= size, `length of page ${id}`);
  check(isRecord(layout) && isLayout(layout), `layout of page ${id}`);
}

function isLayout({ kind, bounds, buckets, positive, negative, sum, min, max }: Fields): boolean {
  const moments = [sum, min, max].every((has) => typeof has === 'boolean');
  switch (kind) {
    case 'scalar':
      return true;
    case 'histogram':
      return (
        moments && isLength(buckets) && Array.isArray(bounds) && bounds.length <= MAX_BUCKETS && bounds.every(isBound)
      );
    case 'exponential':
      return moments && isLength(positive) && isLength(negative);
    default:
      return false;
  }
}

function isBound(bound: unknown): boolean {
  return Number.isFinite(bound) || ['Infinity', '-Infinity', 'NaN', '-0'].includes(bound as string);
}

function checkFamily(family: unknown): asserts family is WireFamily {
  check(isRecord(family) && isRecord(family['descriptor']), 'family');
  const { dataPointType, aggregationTemporality, isMonotonic, endTime, pages, order } = family;
  const { name, description, unit, type, valueType } = family['descriptor'];
  check(typeof name === 'string' && areMaybe('string', description, unit, type), 'descriptor');
  check(areMaybe('number', valueType) && areMaybe('boolean', isMonotonic), 'descriptor');
  check(Object.values<unknown>(DataPointType).includes(dataPointType), 'type of data points');
  check(aggregationTemporality === 0 || aggregationTemporality === 1, 'temporality');
  check(Array.isArray(endTime) && endTime.length === 2 && endTime.every(Number.isFinite), 'end time');
  check(Array.isArray(pages) && pages.every(isCount), 'pages of a family');
  check(order === undefined || isCount(order), 'order');
}

/** Whether the data points of that type have that layout. */
export function isLayoutOf(dataPointType: number, { kind }: Layout): boolean {
  switch (dataPointType) {
    case DataPointType.HISTOGRAM:
      return kind === 'histogram';
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return kind === 'exponential';
    default:
      return kind === 'scalar';
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isLength(value: unknown): boolean {
  return isCount(value) && value <= MAX_BUCKETS;
}

function areMaybe(type: 'string' | 'number' | 'boolean', ...values: readonly unknown[]): boolean {
  return values.every((value) => value === undefined || typeof value === type);
}

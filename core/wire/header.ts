/**
 * Reads the header of a wire form. What comes in is foreign: the header that is returned is made new of fields that were
 * checked, each within bounds, so that nothing else of the answer can reach another thread or an exposition.
 */
import { AGGREGATORS, DataPointType, type Aggregator, type Descriptor, type HrTime, type Scope } from '../otel';
import {
  MAX_BUCKETS,
  MAX_DEPTH,
  MAX_DESCRIPTION_CHARS,
  MAX_NAME_CHARS,
  MAX_SERIES_CHARS,
  PAGE_SERIES,
  type ExporterStats,
  type Layout,
} from '../snapshot';
import { isRecord, isShallow } from '../values';
import { WIRE_VERSION, type WireFamily, type WireHeader, type WirePage, type WireScope } from './format';
import { isWrittenNumber, readExemplar } from './exemplars';
import { check, WireError } from './wire-error';

/** A header of 100,000 families has about 30 MB. */
const MAX_HEADER_BYTES = 64 * 1024 * 1024;
const MAX_INCARNATION_CHARS = 200;
/** The header itself nests six levels deep; a later version may have some more. */
const MAX_HEADER_DEPTH = 32;

type Fields = Readonly<Record<string, unknown>>;

/** @throws WireError unless everything in the header is valid that can be checked without the pages */
export function readHeader(bytes: Buffer): WireHeader {
  if (bytes.length > MAX_HEADER_BYTES) {
    throw new WireError('TOO_LARGE', `the header has ${bytes.length} bytes, more than ${MAX_HEADER_BYTES}`);
  }
  check(!nestsDeeper(bytes, MAX_HEADER_DEPTH), `header that nests more than ${MAX_HEADER_DEPTH} levels`);
  const header: unknown = JSON.parse(bytes.toString('utf8'));
  check(isRecord(header), 'header');
  const { v, generation, time } = header;
  if (v !== WIRE_VERSION) throw new WireError('VERSION', `wire version ${shown(v)}, expected ${WIRE_VERSION}`);
  check(Number.isSafeInteger(generation) && Number.isFinite(time), 'generation or time');
  return {
    v,
    incarnation: readText(header['incarnation'], 'incarnation', MAX_INCARNATION_CHARS),
    generation: generation as number,
    time: time as number,
    resource: readResource(header['resource']),
    stats: readStats(header['stats']),
    scopes: readList(header['scopes'], 'scopes', readScope),
    pages: readList(header['pages'], 'pages', readPage),
  };
}

/** Whether a JSON text nests deeper. The parser would make an object of each level, however many there are. */
function nestsDeeper(text: Uint8Array, levels: number): boolean {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const byte = text[i];
    if (inString) {
      if (byte === 0x5c /* \ */) i++;
      else if (byte === 0x22 /* " */) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x5b /* [ */ || byte === 0x7b /* { */) {
      if (++depth > levels) return true;
    } else if (byte === 0x5d /* ] */ || byte === 0x7d /* } */) depth--;
  }
  return false;
}

function readResource(value: unknown): string {
  const text = readText(value, 'resource', MAX_SERIES_CHARS);
  check(areAttributes(text), 'resource');
  return text;
}

/** Whether it is the JSON text of attributes: an object whose values nest no deeper than attributes may. */
export function areAttributes(text: string): boolean {
  if (text.length > MAX_SERIES_CHARS) return false;
  const attributes: unknown = JSON.parse(text);
  return isRecord(attributes) && isShallow(attributes, MAX_DEPTH);
}

function readStats(stats: unknown): ExporterStats {
  check(isRecord(stats), 'stats');
  const read = (name: keyof ExporterStats): number => {
    const number = stats[name];
    check(Number.isFinite(number), name);
    return number as number;
  };
  return {
    intervalMs: read('intervalMs'),
    collectMs: read('collectMs'),
    series: read('series'),
    droppedSeries: read('droppedSeries'),
    droppedExemplars: read('droppedExemplars'),
    ...optional('overflowedMetrics', stats['overflowedMetrics'], isCount, 'overflowedMetrics'),
  };
}

function readScope(value: unknown): WireScope {
  check(isRecord(value) && isRecord(value['scope']), 'scope');
  const { name, version, schemaUrl } = value['scope'];
  const scope: Scope = {
    name: readText(name, 'name of a scope'),
    ...optional('version', version, isName, 'version of a scope'),
    ...optional('schemaUrl', schemaUrl, isName, 'schema of a scope'),
  };
  return { scope, families: readList(value['families'], 'families', readFamily) };
}

function readFamily(family: unknown): WireFamily {
  check(isRecord(family), 'family');
  const { dataPointType, aggregationTemporality: temporality, endTime, order, exemplars } = family;
  check(Object.values<unknown>(DataPointType).includes(dataPointType), 'type of data points');
  check(temporality === 0 || temporality === 1, 'temporality');
  check(Array.isArray(endTime) && endTime.length === 2 && endTime.every(Number.isFinite), 'end time');
  check(order === undefined || isCount(order), 'order');
  return {
    descriptor: readDescriptor(family['descriptor']),
    dataPointType: dataPointType as number,
    aggregationTemporality: temporality,
    ...optional('isMonotonic', family['isMonotonic'], isBoolean, 'isMonotonic'),
    endTime: [endTime[0], endTime[1]] as HrTime,
    pages: readList(family['pages'], 'pages of a family', readPageId),
    ...(order !== undefined && { order }),
    ...optional('aggregator', family['aggregator'], isAggregator, 'aggregator'),
    ...(exemplars !== undefined && { exemplars: readList(exemplars, 'exemplars', readExemplar) }),
  };
}

function readDescriptor(descriptor: unknown): Descriptor {
  check(isRecord(descriptor), 'descriptor');
  const { name, description, unit, type, valueType, naming } = descriptor;
  return {
    name: readText(name, 'name of a metric'),
    ...optional('description', description, isDescription, 'description of a metric'),
    ...optional('unit', unit, isName, 'unit of a metric'),
    ...optional('type', type, isName, 'type of a metric'),
    ...optional('valueType', valueType, isFinite, 'value type of a metric'),
    ...optional('naming', naming, isNaming, 'naming of a metric'),
  };
}

function readPageId(id: unknown): number {
  check(isCount(id), 'page id');
  return id;
}

function readPage(page: unknown): WirePage {
  check(isRecord(page), 'page');
  const { size, layout, bytes } = page;
  const id = readPageId(page['id']);
  check(isCount(size) && size > 0 && size <= PAGE_SERIES, `size of page ${id}`);
  check(isCount(bytes) && bytes >= size, `length of page ${id}`);
  check(isRecord(layout), `layout of page ${id}`);
  return { id, size, layout: readLayout(layout, id), bytes };
}

function readLayout(fields: Fields, id: number): Layout {
  const { kind, bounds, buckets, positive, negative, quantiles, sum, min, max } = fields;
  const what = `layout of page ${id}`;
  if (kind === 'scalar') return { kind };
  if (kind === 'summary') {
    check(Array.isArray(quantiles) && areQuantiles(quantiles), what);
    return { kind, quantiles: quantiles.map(Number) };
  }
  check(isBoolean(sum) && isBoolean(min) && isBoolean(max), what);
  if (kind === 'histogram') {
    check(
      isLength(buckets) && Array.isArray(bounds) && bounds.length <= MAX_BUCKETS && bounds.every(isWrittenNumber),
      what,
    );
    return { kind, bounds: bounds.map(Number), buckets, sum, min, max };
  }
  check(kind === 'exponential' && isLength(positive) && isLength(negative), what);
  return { kind, positive, negative, sum, min, max };
}

/** From 0 to 1 in ascending order: two of the same value would be two series with the same labels. */
function areQuantiles(list: readonly unknown[]): list is readonly number[] {
  if (list.length > MAX_BUCKETS) return false;
  return list.every((one, i) => isFinite(one) && one <= 1 && (i === 0 ? one >= 0 : one > (list[i - 1] as number)));
}

/** Whether the data points of that type have that layout. */
export function isLayoutOf(dataPointType: number, { kind }: Layout): boolean {
  switch (dataPointType) {
    case DataPointType.HISTOGRAM:
      return kind === 'histogram';
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return kind === 'exponential';
    case DataPointType.SUMMARY:
      return kind === 'summary';
    default:
      return kind === 'scalar';
  }
}

function readList<T>(list: unknown, what: string, read: (entry: unknown) => T): readonly T[] {
  check(Array.isArray(list), what);
  return (list as readonly unknown[]).map(read);
}

function readText(value: unknown, what: string, maxChars = MAX_NAME_CHARS): string {
  check(
    typeof value === 'string' && value.length <= maxChars,
    `${what}, expected a text of up to ${maxChars} characters`,
  );
  return value;
}

/** The field, if it is there. */
function optional<Name extends string, T>(
  name: Name,
  value: unknown,
  isValid: (value: unknown) => value is T,
  what: string,
): Readonly<Partial<Record<Name, T>>> {
  if (value === undefined) return {} as Readonly<Partial<Record<Name, T>>>;
  check(isValid(value), what);
  return { [name]: value } as Readonly<Partial<Record<Name, T>>>;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_NAME_CHARS;
}

function isDescription(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_DESCRIPTION_CHARS;
}

function isAggregator(value: unknown): value is Aggregator {
  return AGGREGATORS.includes(value as Aggregator);
}

function isNaming(value: unknown): value is 'prometheus' {
  return value === 'prometheus';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}

function isFinite(value: unknown): value is number {
  return Number.isFinite(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isLength(value: unknown): value is number {
  return isCount(value) && value <= MAX_BUCKETS;
}

function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? String(value).slice(0, 20) : typeof value;
}

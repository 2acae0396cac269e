/** Reads a record's payload. Its checksum is right, but nothing is used before it is checked. */
import { DataPointType } from '../../../../core/otel';
import { ByteReader } from '../../../../core/wire/numbers';
import { PAGE_SERIES, MAX_BUCKETS, strideOf, type Layout, type Page } from '../../../../core/snapshot';
import { textsOf } from '../../../../core/page-texts';
import { isRecord } from '../../../../core/values';
import { readLayout, type FamilyHead } from './placed-families';
import type { RecordHead, RecordPage, RecordRun } from './record';

/** Most numbers of a column. */
const MAX_NUMBERS = 2 ** 27;

export interface OpenRecord {
  readonly head: RecordHead;
  /** Those of the head, with their attributes. */
  readonly pages: readonly Page[];
  /** How many numbers, and how many series, the pages have. */
  readonly numbers: number;
  readonly series: number;
  /** Stands before the first changes. */
  readonly changes: ByteReader;
}

/** @throws RangeError that says what is wrong */
export function openRecord(payload: Buffer): OpenRecord {
  const reader = new ByteReader(payload);
  const head: unknown = JSON.parse(reader.take(reader.take(4).readUInt32LE()).toString('utf8'));
  checkHead(head);
  const pages = head.pages.map((page) => readPage(page, reader));
  const numbers = pages.reduce((sum, { size, layout }) => sum + size * strideOf(layout), 0);
  const series = pages.reduce((sum, { size }) => sum + size, 0);
  must(numbers <= MAX_NUMBERS, `${numbers} numbers`);
  return { head, pages, numbers, series, changes: reader };
}

function readPage({ id, size, layout, bytes }: RecordPage, reader: ByteReader): Page {
  const attributes = new Uint8Array(reader.take(bytes));
  const page: Page = { id, size, layout: readLayout(layout), attributes };
  for (const text of textsOf(page)) must(isRecord(JSON.parse(text)), `attributes of page ${id}`);
  return page;
}

function checkHead(head: unknown): asserts head is RecordHead {
  must(isRecord(head), 'no head');
  const { app, from, state, pages, carried, gone, runs } = head;
  must(typeof app === 'string', 'no app');
  must(from === undefined || isWhole(from), 'no round to go on from');
  must(isRecord(state) && typeof state['incarnation'] === 'string', 'no state');
  must(isWhole(state['round']) && isWhole(state['nextPageId']), 'no round or no page id');
  must(typeof state['resource'] === 'string' && isRecord(JSON.parse(state['resource'])), 'no resource');
  must(typeof carried === 'boolean' && typeof gone === 'boolean', 'what has changed is not said');
  must(Array.isArray(pages) && Array.isArray(runs), 'no lists of pages and runs');
  for (const page of pages as readonly unknown[]) checkPage(page);
  for (const run of runs as readonly unknown[]) checkRun(run);
  const keys = new Set((runs as readonly RecordRun[]).map(({ key }) => key));
  must(keys.size === runs.length, 'a run is named twice');
}

function checkPage(page: unknown): asserts page is RecordPage {
  must(isRecord(page), 'a page is no object');
  const { id, size, layout, bytes, family } = page;
  must(isWhole(id) && isWhole(size) && size > 0 && size <= PAGE_SERIES, `page ${String(id)}`);
  must(isWhole(bytes) && isRecord(layout) && isLayout(layout as unknown as Layout), `layout of page ${id}`);
  if (isWhole(family)) return;
  must(isRecord(family) && isFamily(family as unknown as FamilyHead), `family of page ${id}`);
  const { dataPointType } = (family as unknown as FamilyHead).about;
  must((KINDS[dataPointType] ?? 'scalar') === layout['kind'], `type of page ${id}`);
}

/** Layouts by the type of data points. */
const KINDS: Readonly<Record<number, Layout['kind']>> = {
  [DataPointType.HISTOGRAM]: 'histogram',
  [DataPointType.EXPONENTIAL_HISTOGRAM]: 'exponential',
  [DataPointType.SUMMARY]: 'summary',
};

function isLayout(layout: Layout): boolean {
  switch (layout.kind) {
    case 'scalar':
      return true;
    case 'histogram':
      return isLength(layout.buckets) && Array.isArray(layout.bounds) && layout.bounds.length <= MAX_BUCKETS;
    case 'exponential':
      return isLength(layout.positive) && isLength(layout.negative);
    case 'summary':
      return Array.isArray(layout.quantiles) && layout.quantiles.length <= MAX_BUCKETS;
    default:
      return false;
  }
}

function isFamily({ scope, about }: FamilyHead): boolean {
  if (!isRecord(scope) || !isRecord(about) || !isRecord(about.descriptor)) return false;
  const { endTime, dataPointType } = about;
  return (
    typeof scope.name === 'string' &&
    typeof about.descriptor.name === 'string' &&
    isWhole(dataPointType) &&
    Array.isArray(endTime) &&
    endTime.length === 2 &&
    endTime.every(Number.isFinite)
  );
}

function checkRun(run: unknown): asserts run is RecordRun {
  must(isRecord(run), 'a run is no object');
  const { key, incarnation, generation, changes } = run;
  must(typeof key === 'string' && typeof incarnation === 'string', 'key or incarnation of a run');
  must(isWhole(generation) && typeof changes === 'boolean', `generation of run ${JSON.stringify(key)}`);
}

function isLength(value: unknown): boolean {
  return isWhole(value) && value <= MAX_BUCKETS;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new RangeError(what);
}

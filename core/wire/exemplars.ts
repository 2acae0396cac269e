/** Exemplars in the header of a wire form. */
import { areExemplarLabels, packExemplars, unpackExemplars, type SeriesExemplar } from '../exemplars';
import { DataPointType } from '../otel';
import { MAX_EXEMPLARS, PAGE_SERIES, type FamilyExemplars, type PlacedPage } from '../snapshot';
import type { WireExemplar, WireFamily, WireScope } from './format';
import { check } from './wire-error';

/** Numbers that JSON cannot write. */
const ODD_NUMBERS = ['Infinity', '-Infinity', 'NaN', '-0'];

export function writeNumber(value: number): number | string {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}

export function isWrittenNumber(value: unknown): value is number | string {
  return Number.isFinite(value) || ODD_NUMBERS.includes(value as string);
}

export function writeExemplars(exemplars: FamilyExemplars): WireExemplar[] {
  return unpackExemplars(exemplars).map(({ slot, bucket, value, time, attributes }) => {
    const labels = JSON.parse(attributes) as Record<string, string>;
    return [slot, bucket, writeNumber(value), Number.isNaN(time) ? null : time, labels];
  });
}

/** Checks all that can be checked without the pages. */
export function readExemplar(exemplar: unknown): WireExemplar {
  check(Array.isArray(exemplar) && exemplar.length === 5, 'exemplar');
  const [slot, bucket, value, time, labels] = exemplar as readonly unknown[];
  check(Number.isSafeInteger(slot) && Number.isSafeInteger(bucket), 'series or bucket of an exemplar');
  check(isWrittenNumber(value) && value !== 'NaN', 'value of an exemplar');
  check(time === null || (Number.isFinite(time) && (time as number) >= 0), 'time of an exemplar');
  check(areExemplarLabels(labels), 'labels of an exemplar');
  return [slot as number, bucket as number, value, time as number | null, labels];
}

export function checkExemplarCount(scopes: readonly WireScope[]): void {
  let count = 0;
  for (const { families } of scopes) for (const { exemplars } of families) count += exemplars?.length ?? 0;
  check(count <= MAX_EXEMPLARS, `${count} exemplars, allowed are ${MAX_EXEMPLARS}`);
}

/** @returns `undefined` if there are none */
export function placeExemplars(family: WireFamily, pages: readonly PlacedPage[]): FamilyExemplars | undefined {
  const { exemplars = [], dataPointType, isMonotonic } = family;
  if (exemplars.length === 0) return undefined;
  const isCounter = dataPointType === DataPointType.SUM && isMonotonic === true;
  check(isCounter || dataPointType === DataPointType.HISTOGRAM, 'exemplars of another kind than counter or histogram');
  let last = -1;
  let lastBucket = -1;
  const placed = exemplars.map(([slot, bucket, value, time, labels]): SeriesExemplar => {
    const page = pages[Math.floor(slot / PAGE_SERIES)]?.page;
    check(page !== undefined && slot % PAGE_SERIES < page.size, 'exemplar of a series that is not there');
    const buckets = page.layout.kind === 'histogram' ? page.layout.buckets : 1;
    check(bucket >= 0 && bucket < buckets, 'exemplar of a bucket that is not there');
    check(slot > last || (slot === last && bucket > lastBucket), 'exemplars are not in their order');
    [last, lastBucket] = [slot, bucket];
    return { slot, bucket, value: Number(value), time: time ?? NaN, attributes: JSON.stringify(labels) };
  });
  return packExemplars(placed);
}

/**
 * Counters and histograms of runs: what each has had last, and what is carried on when that ends. A series has started
 * anew where its start time is another one, or where it has fallen. What no counter can say (NaN, infinite, negative) is
 * not taken: what was there before stays.
 */
import {
  COUNT,
  EXP_ZERO_COUNT,
  HISTOGRAM_BUCKETS,
  MAX,
  MIN,
  SCALAR_STRIDE,
  SCALAR_VALUE,
  START,
  SUM,
  strideOf,
  type ExponentialLayout,
  type Layout,
} from '../../../core/snapshot';
import { moveExponential } from '../../../core/exponential/move';
import { addExponential, isCount, isExponential } from './exponential';
import { isDelta } from './families';
import type { Claims, LiveRun, MergedPage } from './live-run';
import type { Carried } from './numbers';

/**
 * @param last what the run has had, brought up to date here
 * @param claims where some series have several data points
 */
export function absorbRun(
  { snapshot, families }: LiveRun,
  last: Float64Array,
  carried: Carried,
  claims: Claims | undefined,
): void {
  for (const { family, into, merge, pages } of families) {
    if (merge !== 'add') continue;
    for (const page of pages) {
      const numbers = { values: snapshot.values, last, carried, claims };
      const room = into.layoutFor(page.page.layout).layout;
      if (isDelta(family)) addDeltas(page, numbers, room);
      else absorbPage(page, numbers, room);
    }
  }
}

interface Numbers {
  readonly values: Float64Array;
  readonly last: Float64Array;
  readonly carried: Carried;
  readonly claims: Claims | undefined;
}

/** @param room layout of the cluster's places */
function absorbPage(page: MergedPage, numbers: Numbers, room: Layout): void {
  const { layout } = page.page;
  switch (layout.kind) {
    case 'scalar':
      absorbScalars(page, numbers);
      return;
    case 'histogram':
      absorbHistograms(page, numbers, strideOf(layout));
      return;
    case 'exponential':
      absorbExponentials(page, numbers, layout, room as ExponentialLayout);
  }
}

function isThere(last: Float64Array, offset: number): boolean {
  return !Number.isNaN(last[offset + START]);
}

function absorbScalars({ base, count, indices, places }: MergedPage, { values, last, carried, claims }: Numbers): void {
  const { offsets, serials } = places;
  for (let k = 0; k < count; k++) {
    const i = indices === undefined ? k : indices[k]!;
    if (claims?.take(serials[i]!) === false) continue;
    const at = base + i * SCALAR_STRIDE;
    const offset = offsets[i]!;
    const value = values[at + SCALAR_VALUE]!;
    // Nearly always.
    if (values[at + START] === last[offset + START] && value >= last[offset + SCALAR_VALUE]! && value < Infinity) {
      last[offset + SCALAR_VALUE] = value;
    } else absorbScalar(startAt(values, at), value, last, offset, carried);
  }
}

function absorbHistograms(page: MergedPage, { values, last, carried, claims }: Numbers, stride: number): void {
  const { base, count, indices, places } = page;
  for (let k = 0; k < count; k++) {
    const i = indices === undefined ? k : indices[k]!;
    if (claims?.take(places.serials[i]!) === false) continue;
    absorbHistogram(values, base + i * stride, last, places.offsets[i]!, stride, carried);
  }
}

function absorbExponentials(
  { base, count, indices, places }: MergedPage,
  { values, last, carried, claims }: Numbers,
  layout: ExponentialLayout,
  room: ExponentialLayout,
): void {
  const stride = strideOf(layout);
  for (let k = 0; k < count; k++) {
    const i = indices === undefined ? k : indices[k]!;
    if (claims?.take(places.serials[i]!) === false) continue;
    const from = { values, at: base + i * stride, layout };
    absorbExponential(from, { values: last, at: places.offsets[i]!, layout: room }, carried);
  }
}

function startAt(values: Float64Array, at: number): number {
  const start = values[at + START]!;
  return Number.isFinite(start) ? start : 0;
}

function absorbScalar(start: number, value: number, last: Float64Array, offset: number, carried: Carried): void {
  carried.noteStart(offset, start);
  if (!isCount(value)) return;
  const before = last[offset + SCALAR_VALUE]!;
  const isReset = start !== last[offset + START] || value < before;
  if (isThere(last, offset) && isReset) carried.add(offset + SCALAR_VALUE, before);
  last[offset + START] = start;
  last[offset + SCALAR_VALUE] = value;
}

function absorbHistogram(
  values: Float64Array,
  at: number,
  last: Float64Array,
  offset: number,
  stride: number,
  carried: Carried,
): void {
  const start = startAt(values, at);
  if (start !== last[offset + START]) carried.noteStart(offset, start);
  if (!areCounts(values, at, stride)) return;
  const goesOn = start === last[offset + START] && !hasFallen(values, at, last, offset, stride);
  if (!goesOn && isThere(last, offset)) {
    for (let i = COUNT; i < stride; i++) carried.add(offset + i, last[offset + i]!);
  }
  const sum = values[at + SUM]!;
  last[offset + START] = start;
  last[offset + COUNT] = values[at + COUNT]!;
  // After an observation that is none, such as NaN, the instance's sum is none for good; the cluster's need not be.
  if (Number.isFinite(sum)) last[offset + SUM] = sum;
  else if (!goesOn) last[offset + SUM] = 0;
  for (let i = HISTOGRAM_BUCKETS; i < stride; i++) last[offset + i] = values[at + i]!;
}

function areCounts(values: Float64Array, at: number, stride: number): boolean {
  if (!isCount(values[at + COUNT])) return false;
  for (let i = at + HISTOGRAM_BUCKETS; i < at + stride; i++) if (!isCount(values[i])) return false;
  return true;
}

function hasFallen(values: Float64Array, at: number, last: Float64Array, offset: number, stride: number): boolean {
  if (values[at + COUNT]! < last[offset + COUNT]!) return true;
  for (let i = HISTOGRAM_BUCKETS; i < stride; i++) if (values[at + i]! < last[offset + i]!) return true;
  return false;
}

interface ExponentialPlace {
  readonly values: Float64Array;
  readonly at: number;
  readonly layout: ExponentialLayout;
}

function absorbExponential(from: ExponentialPlace, to: ExponentialPlace, carried: Carried): void {
  const start = startAt(from.values, from.at);
  const { values: last, at: offset, layout } = to;
  if (start !== last[offset + START]) carried.noteStart(offset, start);
  if (!isExponential(from.values, from.at, from.layout)) return;
  const fell = [COUNT, EXP_ZERO_COUNT].some((i) => from.values[from.at + i]! < last[offset + i]!);
  const goesOn = start === last[offset + START] && !fell;
  if (!goesOn && isThere(last, offset)) addExponential(carried.writable(), offset, last, offset, layout);
  const sum = from.values[from.at + SUM]!;
  const kept = goesOn ? last[offset + SUM]! : 0;
  moveExponential(from, to);
  last[offset + START] = start;
  last[offset + SUM] = Number.isFinite(sum) ? sum : kept;
  last[offset + MIN] = last[offset + MAX] = 0;
}

/** What has come since the last snapshot of the run is carried at once: nothing is left to end. */
function addDeltas(page: MergedPage, { values, carried, claims }: Numbers, room: Layout): void {
  const { base, count, indices, places } = page;
  const { layout } = page.page;
  const stride = strideOf(layout);
  for (let k = 0; k < count; k++) {
    const i = indices === undefined ? k : indices[k]!;
    if (claims?.take(places.serials[i]!) === false) continue;
    addDelta(values, base + i * stride, layout, carried, places.offsets[i]!, room);
  }
}

function addDelta(
  values: Float64Array,
  at: number,
  layout: Layout,
  carried: Carried,
  offset: number,
  room: Layout,
): void {
  carried.noteStart(offset, startAt(values, at));
  switch (layout.kind) {
    case 'scalar':
      if (isCount(values[at + SCALAR_VALUE])) carried.add(offset + SCALAR_VALUE, values[at + SCALAR_VALUE]!);
      return;
    case 'histogram': {
      const stride = strideOf(layout);
      if (!areCounts(values, at, stride)) return;
      carried.add(offset + COUNT, values[at + COUNT]!);
      if (Number.isFinite(values[at + SUM])) carried.add(offset + SUM, values[at + SUM]!);
      for (let i = HISTOGRAM_BUCKETS; i < stride; i++) carried.add(offset + i, values[at + i]!);
      return;
    }
    case 'exponential': {
      if (!isExponential(values, at, layout) || room.kind !== 'exponential') return;
      const delta = new Float64Array(strideOf(room));
      moveExponential({ values, at, layout }, { values: delta, at: 0, layout: room });
      if (!Number.isFinite(delta[SUM])) delta[SUM] = 0;
      addExponential(carried.writable(), offset, delta, 0, room);
    }
  }
}

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
  SCALAR_VALUE,
  START,
  SUM,
  strideOf,
  type ExponentialLayout,
  type HistogramLayout,
  type Layout,
  type PlacedPage,
} from '../../../protocol/snapshot';
import { addExponential, isCount, isExponential } from './exponential';
import { isDelta } from './families';
import { moveExponential } from './layouts';
import { forEachPlace, type Claims, type LiveRun, type MergedFamily, type PlaceVisitor } from './live-run';
import { shared, type Carried } from './numbers';

/** @param last what the run has had, brought up to date here */
export function absorbRun({ snapshot, families }: LiveRun, last: Float64Array, carried: Carried, claims: Claims): void {
  for (const one of families) {
    if (one.merge !== 'add') continue;
    const absorb = isDelta(one.family)
      ? deltaVisitor(one, snapshot.values, carried)
      : cumulativeVisitor(one, snapshot.values, last, carried);
    forEachPlace(one, (at, offset, serial, page) => {
      if (claims.take(serial)) absorb(at, offset, serial, page);
    });
  }
}

/** Adds the numbers of a run to others, all but the starts. */
export function addAll(target: Float64Array, last: Float64Array, pages: readonly PlacedPage[]): void {
  for (const { page, base } of pages) {
    if (base >= last.length) continue; // added since
    const { layout, size } = page;
    const stride = strideOf(layout);
    const end = base + size * stride;
    switch (layout.kind) {
      case 'scalar':
        for (let at = base + SCALAR_VALUE; at < end; at += stride) target[at]! += last[at]!;
        break;
      case 'histogram':
        for (let from = base; from < end; from += stride) {
          for (let at = from + COUNT; at < from + stride; at++) target[at]! += last[at]!;
        }
        break;
      case 'exponential':
        for (let at = base; at < end; at += stride) {
          if (isThere(last, at)) addExponential(target, at, last, at, layout);
        }
    }
  }
}

function isThere(last: Float64Array, offset: number): boolean {
  return !Number.isNaN(last[offset + START]);
}

function cumulativeVisitor(
  { family, into }: MergedFamily,
  values: Float64Array,
  last: Float64Array,
  carried: Carried,
): PlaceVisitor {
  const layouts = family.pages.map(({ page }) => page.layout);
  switch (layouts[0]?.kind) {
    case 'histogram':
      return (at, offset, _serial, page) => {
        absorbHistogram(values, at, last, offset, layouts[page] as HistogramLayout, carried);
      };
    case 'exponential': {
      const room = layouts.map((layout) => into.layoutFor(layout).layout as ExponentialLayout);
      return (at, offset, _serial, page) => {
        const from = { values, at, layout: layouts[page] as ExponentialLayout };
        absorbExponential(from, { values: last, at: offset, layout: room[page]! }, carried);
      };
    }
    case 'scalar':
    case undefined:
      return (at, offset) => {
        const value = values[at + SCALAR_VALUE]!;
        // Nearly always.
        if (values[at + START] === last[offset + START] && value >= last[offset + SCALAR_VALUE]! && value < Infinity) {
          last[offset + SCALAR_VALUE] = value;
        } else absorbScalar(startAt(values, at), value, last, offset, carried);
      };
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
  layout: HistogramLayout,
  carried: Carried,
): void {
  const stride = strideOf(layout);
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
function deltaVisitor({ family, into }: MergedFamily, values: Float64Array, carried: Carried): PlaceVisitor {
  const layouts = family.pages.map(({ page }) => page.layout);
  const rooms = layouts.map((layout): Layout => into.layoutFor(layout).layout);
  return (at, offset, _serial, page) => {
    const layout = layouts[page]!;
    const stride = strideOf(layout);
    carried.noteStart(offset, startAt(values, at));
    switch (layout.kind) {
      case 'scalar':
        if (isCount(values[at + SCALAR_VALUE])) carried.add(offset + SCALAR_VALUE, values[at + SCALAR_VALUE]!);
        return;
      case 'histogram':
        if (!areCounts(values, at, stride)) return;
        carried.add(offset + COUNT, values[at + COUNT]!);
        if (Number.isFinite(values[at + SUM])) carried.add(offset + SUM, values[at + SUM]!);
        for (let i = HISTOGRAM_BUCKETS; i < stride; i++) carried.add(offset + i, values[at + i]!);
        return;
      case 'exponential': {
        if (!isExponential(values, at, layout)) return;
        const room = rooms[page] as ExponentialLayout;
        const delta = shared(strideOf(room));
        moveExponential({ values, at, layout }, { values: delta, at: 0, layout: room });
        if (!Number.isFinite(delta[SUM])) delta[SUM] = 0;
        addExponential(carried.writable(), offset, delta, 0, room);
      }
    }
  };
}

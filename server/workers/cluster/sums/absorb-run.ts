/**
 * Takes in the counters and histograms of a run that has answered. `last` gets what each series has now. Where a series has
 * begun anew, what it had before is added to `carried`: where its start time is another one, or where a number has fallen.
 * Numbers that no counter can have (NaN, infinite, negative) are ignored: the last valid ones stay. The run has each series
 * once.
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
  SUMMARY_VALUES,
  strideOf,
  type ExponentialLayout,
  type Layout,
} from '../../../../core/snapshot';
import { moveExponential } from '../../../../core/exponential/move';
import { addDeltas } from './add-deltas';
import { isCount } from '../../numbers/counts';
import { addExponential, isExponential, type ExponentialAt } from '../../numbers/exponential';
import { isDelta } from '../series/families/families';
import type { LiveRun, MergedPage } from '../series/live-run';
import type { HostCounters } from './host-counters';
import type { Carried } from './carried';
import { areCounts, startAt, type Numbers } from './run-numbers';

/**
 * @param last the run's column, which is written
 * @param carried is written
 * @param hosts gets the counters of the host, which are no run's
 */
export function absorbRun(
  { snapshot, families }: LiveRun,
  last: Float64Array,
  carried: Carried,
  hosts: HostCounters,
): void {
  for (const { family, into, merge, pages } of families) {
    if (merge !== 'add') continue;
    for (const page of pages) {
      const numbers = { values: snapshot.values, last, carried };
      const room = into.seriesFor(page.page.layout).layout;
      if (into.isOfHost && !isDelta(family)) hosts.note(page, snapshot.values, last);
      else if (isDelta(family)) addDeltas(page, numbers, room);
      else absorbPage(page, numbers, room);
    }
  }
}

/** @param room layout of the app's series */
function absorbPage(page: MergedPage, numbers: Numbers, room: Layout): void {
  const { layout } = page.page;
  switch (layout.kind) {
    case 'scalar':
      absorbScalars(page, numbers);
      return;
    case 'histogram':
      absorbHistograms(page, numbers, strideOf(layout));
      return;
    case 'summary':
      absorbHistograms(page, numbers, strideOf(layout), SUMMARY_VALUES);
      return;
    case 'exponential':
      absorbExponentials(page, numbers, layout, room as ExponentialLayout);
  }
}

/** Whether the run has had the series before. */
function isThere(last: Float64Array, offset: number): boolean {
  return !Number.isNaN(last[offset + START]);
}

function absorbScalars({ base, count, indices, mapping }: MergedPage, { values, last, carried }: Numbers): void {
  const { offsets } = mapping;
  for (let k = 0; k < count; k++) {
    const i = indices === undefined ? k : indices[k]!;
    const at = base + i * SCALAR_STRIDE;
    const offset = offsets[i]!;
    const value = values[at + SCALAR_VALUE]!;
    // A counter that has grown or stayed, which nearly all have: kept short.
    if (values[at + START] === last[offset + START] && value >= last[offset + SCALAR_VALUE]! && value < Infinity) {
      last[offset + SCALAR_VALUE] = value;
    } else absorbScalar(startAt(values, at), value, last, offset, carried);
  }
}

/** @param length how many numbers of a series are added: all, or of a summary those before its quantiles */
function absorbHistograms(page: MergedPage, { values, last, carried }: Numbers, stride: number, length = stride): void {
  const { base, count, indices, mapping } = page;
  for (let k = 0; k < count; k++) {
    const i = indices === undefined ? k : indices[k]!;
    absorbHistogram(values, base + i * stride, last, mapping.offsets[i]!, length, carried);
  }
}

function absorbExponentials(
  { base, count, indices, mapping }: MergedPage,
  { values, last, carried }: Numbers,
  layout: ExponentialLayout,
  room: ExponentialLayout,
): void {
  const stride = strideOf(layout);
  for (let k = 0; k < count; k++) {
    const i = indices === undefined ? k : indices[k]!;
    const from = { values, at: base + i * stride, layout };
    absorbExponential(from, { values: last, at: mapping.offsets[i]!, layout: room }, carried);
  }
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
  // One observation of NaN makes the instance's sum NaN for good. The cluster's keeps the last valid one.
  if (Number.isFinite(sum)) last[offset + SUM] = sum;
  else if (!goesOn) last[offset + SUM] = 0;
  for (let i = HISTOGRAM_BUCKETS; i < stride; i++) last[offset + i] = values[at + i]!;
}

function hasFallen(values: Float64Array, at: number, last: Float64Array, offset: number, stride: number): boolean {
  if (values[at + COUNT]! < last[offset + COUNT]!) return true;
  for (let i = HISTOGRAM_BUCKETS; i < stride; i++) if (values[at + i]! < last[offset + i]!) return true;
  return false;
}

function absorbExponential(from: ExponentialAt, to: ExponentialAt, carried: Carried): void {
  const start = startAt(from.values, from.at);
  const { values: last, at: offset } = to;
  if (start !== last[offset + START]) carried.noteStart(offset, start);
  if (!isExponential(from)) return;
  const fell = [COUNT, EXP_ZERO_COUNT].some((i) => from.values[from.at + i]! < last[offset + i]!);
  const goesOn = start === last[offset + START] && !fell;
  if (!goesOn && isThere(last, offset)) addExponential({ ...to, values: carried.writable() }, to);
  const sum = from.values[from.at + SUM]!;
  const kept = goesOn ? last[offset + SUM]! : 0;
  moveExponential(from, to);
  last[offset + START] = start;
  last[offset + SUM] = Number.isFinite(sum) ? sum : kept;
  last[offset + MIN] = last[offset + MAX] = 0;
}

/** Takes in the counters and histograms of a run which sends only what has come since its last snapshot. */
import {
  COUNT,
  HISTOGRAM_BUCKETS,
  SCALAR_VALUE,
  SUM,
  SUMMARY_VALUES,
  strideOf,
  type Layout,
} from '../../../../core/snapshot';
import { moveExponential } from '../../../../core/exponential/move';
import type { MergedPage } from '../series/live-run';
import { isCount } from '../../numbers/counts';
import { addExponential, isExponential, type ExponentialAt } from '../../numbers/exponential';
import type { Carried } from './carried';
import { areCounts, startAt, type Numbers } from './run-numbers';

/**
 * Adds deltas to `carried` at once: there is nothing left to add when the run ends.
 *
 * @param room layout of the app's series, with at least the bucket capacity of the page's
 */
export function addDeltas(page: MergedPage, { values, carried }: Numbers, room: Layout): void {
  const { base, count, indices, mapping } = page;
  const { layout } = page.page;
  const stride = strideOf(layout);
  for (let k = 0; k < count; k++) {
    const i = indices === undefined ? k : indices[k]!;
    const at = base + i * stride;
    const offset = mapping.offsets[i]!;
    carried.noteStart(offset, startAt(values, at));
    if (layout.kind === 'scalar') addScalar(values, at, carried, offset);
    else if (layout.kind === 'histogram') addHistogram({ values, at, stride }, carried, offset);
    else if (layout.kind === 'summary') addHistogram({ values, at, stride: SUMMARY_VALUES }, carried, offset);
    else if (room.kind === 'exponential') {
      addExponentialDelta({ values, at, layout }, { at: offset, layout: room }, carried);
    }
  }
}

function addScalar(values: Float64Array, at: number, carried: Carried, offset: number): void {
  const value = values[at + SCALAR_VALUE]!;
  if (isCount(value)) carried.add(offset + SCALAR_VALUE, value);
}

interface HistogramAt {
  readonly values: Float64Array;
  readonly at: number;
  readonly stride: number;
}

function addHistogram({ values, at, stride }: HistogramAt, carried: Carried, offset: number): void {
  if (!areCounts(values, at, stride)) return;
  carried.add(offset + COUNT, values[at + COUNT]!);
  if (Number.isFinite(values[at + SUM])) carried.add(offset + SUM, values[at + SUM]!);
  for (let i = HISTOGRAM_BUCKETS; i < stride; i++) carried.add(offset + i, values[at + i]!);
}

function addExponentialDelta(from: ExponentialAt, to: Omit<ExponentialAt, 'values'>, carried: Carried): void {
  if (!isExponential(from)) return;
  // Both have to have the same layout to be added.
  const delta = { values: new Float64Array(strideOf(to.layout)), at: 0, layout: to.layout };
  moveExponential(from, delta);
  if (!Number.isFinite(delta.values[SUM])) delta.values[SUM] = 0;
  addExponential({ ...to, values: carried.writable() }, delta);
}

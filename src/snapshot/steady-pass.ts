/**
 * The hot path: who stands at a position is who stood there last time, and its numbers go where they went. One loop
 * per kind, so that each sees one shape of value only.
 */
import type { DataPoint, ExponentialHistogramValue, HistogramValue } from '../../protocol/otel';
import type { ExponentialLayout } from '../../protocol/snapshot';
import type { Dictionary } from './dictionary';
import { fits, writeExponential, type LayoutKind } from './layouts';
import { LEFT_OUT, type Positions } from './positions';
import type { Run } from './run';
import { writeHistogram, writeScalar } from './write-point';

/** @returns the first position where somebody else stands, or whose layout no longer fits; `end` if there is none */
export function steadyPass(
  kind: LayoutKind,
  positions: Positions,
  dictionary: Dictionary,
  points: readonly DataPoint[],
  from: number,
  end: number,
  run: Run,
): number {
  switch (kind) {
    case 'scalar':
      return scalars(positions, points as readonly DataPoint<number>[], from, end, run.column.values);
    case 'histogram':
      return histograms(positions, dictionary, points as readonly DataPoint<HistogramValue>[], from, end, run);
    case 'exponential':
      return exponentials(
        positions,
        dictionary,
        points as readonly DataPoint<ExponentialHistogramValue>[],
        from,
        end,
        run,
      );
  }
}

function scalars(
  positions: Positions,
  points: readonly DataPoint<number>[],
  from: number,
  end: number,
  values: Float64Array,
): number {
  const { attributes, slots } = positions;
  for (let i = from; i < end; i++) {
    const point = points[i] as DataPoint<number>;
    if (point.attributes !== attributes[i]) return i;
    if (slots[i] !== LEFT_OUT) writeScalar(positions, i, point, values);
  }
  return end;
}

function histograms(
  positions: Positions,
  dictionary: Dictionary,
  points: readonly DataPoint<HistogramValue>[],
  from: number,
  end: number,
  run: Run,
): number {
  const { attributes, slots } = positions;
  for (let i = from; i < end; i++) {
    const point = points[i] as DataPoint<HistogramValue>;
    if (point.attributes !== attributes[i]) return i;
    const slot = slots[i] as number;
    if (slot === LEFT_OUT) continue;
    if (!fits(dictionary.pageOf(slot).page.layout, point.value)) return i;
    writeHistogram(positions, i, point, run);
  }
  return end;
}

function exponentials(
  positions: Positions,
  dictionary: Dictionary,
  points: readonly DataPoint<ExponentialHistogramValue>[],
  from: number,
  end: number,
  run: Run,
): number {
  const { attributes, slots, offsets } = positions;
  for (let i = from; i < end; i++) {
    const { attributes: own, startTime, value } = points[i] as DataPoint<ExponentialHistogramValue>;
    if (own !== attributes[i]) return i;
    const slot = slots[i] as number;
    if (slot === LEFT_OUT) continue;
    const layout = dictionary.pageOf(slot).page.layout as ExponentialLayout;
    if (!fits(layout, value)) return i;
    writeExponential(run.column.values, offsets[i] as number, layout, startTime, value);
  }
  return end;
}

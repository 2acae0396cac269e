/**
 * Copies the exemplars of the data points of a collection. A second pass, over metrics that have some: the steady pass over
 * numbers knows nothing of them.
 */
import { areExemplarLabels, packExemplars, type SeriesExemplar } from '../exemplars';
import { DataPointType, type DataPoint } from '../otel';
import type { Sliced } from '../slicer';
import { MAX_EXEMPLARS, type FamilyExemplars } from '../snapshot';
import type { FamilyEncoder } from './family-encoder';
import { LEFT_OUT } from './positions/position-block';
import type { ReadMetric } from './reading/metric';
import { attributesText } from './series/attributes';

/** Data points, and exemplars, that are looked at in one step. */
const STEP_POINTS = 256;
const STEP_EXEMPLARS = 32;

export class ExemplarReader {
  /** How many were left out: for the limit, for their labels' length, or for being malformed. */
  dropped = 0;
  private kept = 0;

  /** @param encoder has just encoded the metric */
  *read(metric: ReadMetric, encoder: FamilyEncoder): Sliced<FamilyExemplars | undefined> {
    const { points, count } = metric;
    if (!mayHaveExemplars(metric)) return undefined;
    const found: SeriesExemplar[] = [];
    for (let i = 0; i < count; i++) {
      if (i % STEP_POINTS === 0) yield;
      const list = exemplarsOf(points[i]);
      if (list === undefined || list === null) continue;
      const slot = encoder.positions.slotAt(i);
      // Exemplars of a series that is left out are left out with it.
      if (slot !== LEFT_OUT) yield* this.readList(list, slot, bucketsOf(encoder, slot), found);
    }
    return packExemplars(found);
  }

  private *readList(list: unknown, slot: number, buckets: number, found: SeriesExemplar[]): Sliced {
    const length = lengthOf(list);
    if (length === undefined || length > buckets) this.dropped++;
    for (let bucket = 0; bucket < Math.min(length ?? 0, buckets); bucket++) {
      if (bucket % STEP_EXEMPLARS === 0) yield;
      const read = readExemplar(list as readonly unknown[], bucket);
      if (read === 'none') continue;
      if (read === 'malformed' || this.kept >= MAX_EXEMPLARS) this.dropped++;
      else {
        this.kept++;
        found.push({ slot, bucket, ...read });
      }
    }
  }
}

/** Only counters and histograms have exemplars, and all data points of a metric have the field, or none. */
function mayHaveExemplars({ dataPointType, isMonotonic, points, count }: ReadMetric): boolean {
  const isCounter = dataPointType === DataPointType.SUM && isMonotonic === true;
  if (count === 0 || !(isCounter || dataPointType === DataPointType.HISTOGRAM)) return false;
  try {
    return 'exemplars' in (points[0] as DataPoint);
  } catch {
    return false;
  }
}

function bucketsOf({ series }: FamilyEncoder, slot: number): number {
  const layout = series.layoutOf(slot);
  return layout.kind === 'histogram' ? layout.buckets : 1;
}

/** This and the functions below read foreign objects, which may throw. */
function exemplarsOf(point: DataPoint | undefined): unknown {
  try {
    return point?.exemplars;
  } catch {
    return 'malformed';
  }
}

function lengthOf(list: unknown): number | undefined {
  try {
    return Array.isArray(list) ? list.length : undefined;
  } catch {
    return undefined;
  }
}

type ReadExemplar = Omit<SeriesExemplar, 'slot' | 'bucket'>;

function readExemplar(list: readonly unknown[], index: number): ReadExemplar | 'none' | 'malformed' {
  try {
    const exemplar = list[index];
    if (exemplar === undefined || exemplar === null) return 'none';
    const { attributes: foreign, value, time } = exemplar as Readonly<Record<string, unknown>>;
    if (typeof value !== 'number' || Number.isNaN(value)) return 'malformed';
    const labels = labelsOf(foreign);
    if (!areExemplarLabels(labels)) return 'malformed';
    const isTime = typeof time === 'number' && Number.isFinite(time) && time >= 0;
    return { value, time: isTime ? time : NaN, attributes: JSON.stringify(labels) };
  } catch {
    return 'malformed';
  }
}

/** The attributes with texts in place of all values, as labels have them. */
function labelsOf(attributes: unknown): unknown {
  const copy = JSON.parse(attributesText(attributes)) as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(copy).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}

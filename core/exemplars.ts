/** Exemplars as they are written and read one by one, and what an exemplar may be. */
import { isRecord } from './values';
import {
  EXEMPLAR_BUCKET,
  EXEMPLAR_FIELDS,
  EXEMPLAR_SLOT,
  EXEMPLAR_TIME,
  EXEMPLAR_VALUE,
  MAX_EXEMPLAR_CHARS,
  type FamilyExemplars,
} from './snapshot';

/** One exemplar of one series. */
export interface SeriesExemplar {
  readonly slot: number;
  /** Index of the bucket; 0 for a sum. */
  readonly bucket: number;
  readonly value: number;
  /** Epoch seconds; `NaN` where it has no time. */
  readonly time: number;
  /** JSON text of its attributes, whose values are strings. */
  readonly attributes: string;
}

/** @returns `undefined` if there are none */
export function packExemplars(exemplars: readonly SeriesExemplar[]): FamilyExemplars | undefined {
  if (exemplars.length === 0) return undefined;
  const sorted = [...exemplars].sort((a, b) => a.slot - b.slot || a.bucket - b.bucket);
  const numbers = new Float64Array(sorted.length * EXEMPLAR_FIELDS);
  let attributes = '';
  sorted.forEach((one, i) => {
    const at = i * EXEMPLAR_FIELDS;
    numbers[at + EXEMPLAR_SLOT] = one.slot;
    numbers[at + EXEMPLAR_BUCKET] = one.bucket;
    numbers[at + EXEMPLAR_VALUE] = one.value;
    numbers[at + EXEMPLAR_TIME] = one.time;
    attributes += `${one.attributes}\n`;
  });
  return { numbers, attributes };
}

/** In their order. */
export function unpackExemplars(packed: FamilyExemplars | undefined): SeriesExemplar[] {
  if (packed === undefined) return [];
  const { numbers, attributes } = packed;
  const texts = attributes.split('\n');
  return Array.from({ length: numbers.length / EXEMPLAR_FIELDS }, (_, i) => {
    const field = (index: number): number => numbers[i * EXEMPLAR_FIELDS + index] as number;
    return {
      slot: field(EXEMPLAR_SLOT),
      bucket: field(EXEMPLAR_BUCKET),
      value: field(EXEMPLAR_VALUE),
      time: field(EXEMPLAR_TIME),
      attributes: texts[i] ?? '{}',
    };
  });
}

/** Whether these are an exemplar's labels: texts, whose names and values together are short enough. */
export function areExemplarLabels(labels: unknown): labels is Readonly<Record<string, string>> {
  if (!isRecord(labels)) return false;
  let chars = 0;
  for (const name in labels) {
    const value = labels[name];
    if (typeof value !== 'string') return false;
    chars += charsOf(name) + charsOf(value);
    if (chars > MAX_EXEMPLAR_CHARS) return false;
  }
  return true;
}

/** Code points, as OpenMetrics counts them; of a text that is too long anyway, code units. */
function charsOf(text: string): number {
  if (text.length > 2 * MAX_EXEMPLAR_CHARS) return text.length;
  return Array.from(text).length;
}

/** What is common to the four kinds of metrics: making the data point of a series, and bringing many up to date. */
import type { Attributes, DataPoint, Exemplar, HrTime } from '../../../core/otel';
import type { Entry, ForeignExemplar } from './shapes';

/** What all data points of one collection share. */
export interface Moment {
  /** The start time of series that are new, or begin anew. */
  readonly start: HrTime;
  /** One array for all collections: its numbers change, and the encoder copies them each time. */
  readonly end: HrTime;
}

/** A data point that stays as long as its series. */
export type KeptPoint<Value = unknown> = {
  -readonly [Key in keyof DataPoint<Value>]: DataPoint<Value>[Key];
};

/** A number that changes with every change, and an object that stands for all numbers: another one means other numbers. */
export interface Trace {
  readonly seen: number;
  readonly mark?: unknown;
}

/** What is known of each series, by its index: one array for each. */
export interface SeriesArrays<Entry, Point> {
  ids: unknown[];
  entries: Entry[];
  points: Point[];
  /** Numbers one beside the other, so that a pass over series of which few have changed need not read their data points. */
  seen: Float64Array;
  marks: unknown[];
  /** Gets the index of each series whose numbers change. */
  readonly changed: number[];
  /** Gets the values of these, if they have single ones. */
  readonly values: number[];
  /** Becomes `true` where the start time of one of them changes. */
  hasOtherStarts: boolean;
}

export interface Kind<E extends Entry = Entry, P extends KeptPoint = KeptPoint> {
  readonly dataPointType: number;
  readonly isMonotonic: boolean;
  /** @throws UnknownShape where the entry is not as in the known libraries */
  pointOf(entry: E, attributes: Attributes, moment: Moment): P;
  traceOf(entry: E): Trace;
  /** Takes over the numbers of the series from that index to `end`, not included. */
  read(arrays: SeriesArrays<E, P>, from: number, end: number, moment: Moment): void;
}

/** @returns the same object as before where nothing has changed */
export function exemplarOf(
  foreign: ForeignExemplar | null | undefined,
  known: Exemplar | undefined,
): Exemplar | undefined {
  if (foreign == null) return undefined;
  const { labelSet: attributes, value, timestamp: time } = foreign;
  if (known?.attributes === attributes && known.value === value && known.time === time) return known;
  return { attributes, value, ...(time !== undefined && { time }) };
}

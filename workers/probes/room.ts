/** Finds rows of names and globs for whose values `pm2 monit` has no room, and a query that shows a metric in short rows. */
import { DataPointType } from '../../core/otel';
import type { Query, QueryStatistic } from '../../core/query/query';
import { unitOf } from '../../core/query/unit';
import type { SelectedMetric } from '../../core/select';
import type { Family } from '../../core/snapshot';
import type { CounterMode, LongRows } from '../../protocol/tasks';
import type { ProbeList } from './probe-list';
import { isTime } from './readable';

/** Name, value, unit and what stands behind, at 160 columns. */
export const ROW_CHARS = 38;
/** A longer value than ten characters is cut at its end, not before it. */
const SHORT_NAME_CHARS = 28;
/** A name of so many characters has its value at 80 columns too. */
const NAME_CHARS = 7;
const MAX_ATTRIBUTES = 3;
/** Series whose attributes are compared. */
const MAX_COMPARED = 100;
const TOP = 3;

/** Takes the rows of a metric for a list, and notices whether there is room for all of their values. */
export class MeasuredRows {
  areTooLong = false;

  constructor(private readonly list: Pick<ProbeList, 'add'>) {}

  add(name: string, value: number, unit: string | undefined, additive: boolean): void {
    this.list.add(name, value, unit, additive);
    this.areTooLong ||= !Number.isNaN(value) && !hasRoom(name, value, unit);
  }
}

/**
 * PM2 cuts a row that is too long behind the last space, which is then the one before the value or the one before the unit. It
 * looks for that among ten characters only, so behind a short name a long value just loses its last digits.
 */
function hasRoom(name: string, value: number, unit: string | undefined): boolean {
  return (
    name.length <= SHORT_NAME_CHARS || name.length + String(value).length + (unit === undefined ? 0 : 1) <= ROW_CHARS
  );
}

export type Attributes = Readonly<Record<string, unknown>>;

/**
 * @param metrics those of the entry that have rows without room
 * @param seriesOf gives the attributes of each series of a metric; none where its rows are of all series together
 * @returns what is to be told of the entry, if anything
 */
export function longRows(
  entry: string,
  metrics: readonly SelectedMetric[],
  counters: CounterMode,
  seriesOf: (metric: SelectedMetric) => readonly Attributes[],
): readonly LongRows[] {
  const [first] = metrics;
  const [family] = first?.families ?? [];
  if (first === undefined || family === undefined) return [];
  const as = statisticOf(family, counters);
  const by = attributesApart(seriesOf(first));
  const query: Query = by.length === 0 ? { metric: first.name, as } : { metric: first.name, by, as, top: TOP };
  return [{ entry, metrics: metrics.length, query, name: shortName(family, as) }];
}

/** What comes closest to the numbers of the rows. */
function statisticOf({ dataPointType, isMonotonic }: Family, counters: CounterMode): QueryStatistic {
  switch (dataPointType) {
    case DataPointType.SUM:
      return isMonotonic === true ? counters : 'total';
    case DataPointType.HISTOGRAM:
    case DataPointType.EXPONENTIAL_HISTOGRAM:
      return 'p95';
    case DataPointType.SUMMARY:
      return 'avg';
    default:
      return 'max';
  }
}

/** The attributes that tell the series apart. Where none does so far, the first ones. */
function attributesApart(all: readonly Attributes[]): readonly string[] {
  const series = all.slice(0, MAX_COMPARED);
  const keys = [...new Set(series.flatMap((attributes) => Object.keys(attributes)))];
  const apart = keys.filter((key) => new Set(series.map((attributes) => JSON.stringify(attributes[key]))).size > 1);
  return (apart.length > 0 ? apart : keys).slice(0, MAX_ATTRIBUTES);
}

/** Words at the end of a name that do not say what is measured. */
const ENDINGS = new Set(['total', 'count', 'sum', 'ratio', 'seconds', 'milliseconds', 'ms', 'bytes']);

function shortName(family: Family, as: QueryStatistic): string {
  if ((as === 'p95' || as === 'avg') && isTime(unitOf(family, as))) return 'slow';
  const words = family.descriptor.name.match(/[A-Za-z][A-Za-z0-9]*/g);
  return (words?.findLast((word) => !ENDINGS.has(word)) ?? as).slice(0, NAME_CHARS);
}

/**
 * Rows of a metric that `pm2 monit` has room for, as if the user had written queries: one for all series together, and where
 * there are a few series one for each of the largest.
 */
import { Queries } from '../../core/query/evaluate';
import type { QueryStatistic } from '../../core/query/query';
import { DataPointType } from '../../core/otel';
import { SHORT_TOP, type ShortNames } from '../../core/monit/short-names';
import type { SelectedMetric } from '../../core/select';
import type { Family, Snapshot } from '../../core/snapshot';
import type { CounterMode } from '../../protocol/tasks';
import type { ProbeList } from './probe-list';
import { addQuery } from './show-query';
import { tellingName } from './telling-name';

const MAX_ATTRIBUTES = 3;

export type Attributes = Readonly<Record<string, unknown>>;

export interface ShortRowsOptions {
  readonly snapshot: Snapshot;
  readonly counters: CounterMode;
  /** How many metrics may have names. */
  readonly max: number;
}

export class ShortRows {
  constructor(
    private readonly list: ProbeList,
    private readonly names: ShortNames,
    private readonly options: ShortRowsOptions,
  ) {}

  /** @param series the attributes of each series; none where they are too many to have rows of their own */
  add({ name: metric, families }: SelectedMetric, series: readonly Attributes[]): void {
    const { list, names } = this;
    const { snapshot, counters, max } = this.options;
    const [family] = families;
    if (family === undefined) return;
    if (!names.has(metric) && names.size >= max) {
      list.leaveOut();
      return;
    }
    const { name, ranked } = names.of(metric, () => tellingName(metric));
    const as = statisticOf(family, counters);
    // Nothing else is in it, so that a name that looks like a glob matches only itself.
    const alone: Snapshot = {
      ...snapshot,
      scopes: snapshot.scopes.slice(0, 1).map((scope) => ({ ...scope, families })),
    };
    // Of its own: the queries of the configuration keep what they have read.
    const queries = new Queries();
    const about = metric === name ? undefined : aboutOf(metric, as, series.length === 1);
    const query = { metric: '*', as, top: SHORT_TOP };
    addQuery(list, { kind: 'query', name, query, about }, alone, queries);
    const by = attributesApart(series);
    if (by.length > 0) addQuery(list, { kind: 'query', name: ranked, query: { ...query, by } }, alone, queries);
  }
}

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

/** The statistic too, unless the number and its unit say it. */
function aboutOf(metric: string, as: QueryStatistic, isSingle: boolean): string {
  const isPlain = as === 'total' || as === 'rate' || (as === 'max' && isSingle);
  return isPlain ? metric : `${as} ${metric}`;
}

/** The attributes that tell the series apart. */
function attributesApart(series: readonly Attributes[]): readonly string[] {
  const keys = [...new Set(series.flatMap((attributes) => Object.keys(attributes)))];
  const isApart = (key: string): boolean =>
    new Set(series.map((attributes) => JSON.stringify(attributes[key]))).size > 1;
  return keys.filter(isApart).slice(0, MAX_ATTRIBUTES);
}

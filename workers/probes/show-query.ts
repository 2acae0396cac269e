/** The probes of a query and of a vital. */
import { rankedNames, rowOf } from '../../core/monit/row';
import { withPrevious } from '../../core/query/compared';
import type { Queries } from '../../core/query/evaluate';
import type { QueryRow } from '../../core/query/query';
import { evaluateVital, type Vital } from '../../core/query/vitals';
import type { Snapshot } from '../../core/snapshot';
import type { ShownQuery, ShownVital } from '../../protocol/shown';
import type { ProbeList } from './probe-list';

export function addQuery(list: ProbeList, shown: ShownQuery, snapshot: Snapshot, queries: Queries): void {
  const { query, name, about } = shown;
  const { rows, other, unit: ofMetric } = queries.evaluate(query, [withPrevious(snapshot)]);
  const unit = shown.unit ?? ofMetric;
  if (query.by === undefined || query.by.length === 0) {
    list.addOnly(rowOf(name, rows[0]?.value, unit, about));
    return;
  }
  rankedNames(name, query.top).forEach((one, rank) => {
    if (rank < query.top) list.addOnly(rowOf(one, rows[rank]?.value, unit, labelOf(rows[rank])));
    else list.addOnly(rowOf(one, other, unit, Number.isNaN(other ?? NaN) ? undefined : 'other'));
  });
}

/** Requests and errors have the unit in their names. */
const UNITS: Readonly<Record<Vital, string | undefined>> = {
  requests: undefined,
  errors: undefined,
  latency: 's',
  eventLoop: 's',
  sessions: undefined,
};

export function addVital(list: ProbeList, { name, vital }: ShownVital, snapshot: Snapshot, queries: Queries): void {
  const found = evaluateVital(queries, vital, [withPrevious(snapshot)]);
  list.addOnly(rowOf(name, found?.value, UNITS[vital]));
}

/** Rows without a number are in no order. */
function labelOf(row: QueryRow | undefined): string | undefined {
  if (row === undefined || Number.isNaN(row.value)) return undefined;
  return row.labels.map((label) => (label === '' ? '(none)' : label)).join(' ');
}

/**
 * The probes of a query and of a vital. PM2 fits `name value unit` into 19 characters of a terminal with 80 columns, and into 43
 * with 160, of which it takes five: what comes first is what is seen.
 */
import { withPrevious } from '../../core/query/compared';
import type { Queries } from '../../core/query/evaluate';
import type { QueryRow } from '../../core/query/query';
import { evaluateVital, type Vital } from '../../core/query/vitals';
import type { Snapshot } from '../../core/snapshot';
import { printable } from '../../core/values';
import type { ShownQuery, ShownVital } from '../../protocol/shown';
import type { ProbeList } from './probe-list';
import { readable } from './readable';
import { ROW_CHARS } from './room';

/** Number and unit, and a space on both sides. */
const VALUE_CHARS = 9;
const MAX_LABEL_CHARS = 200;

/** Behind the names of the rows that are left out. */
const OTHER = '…';

export function addQuery(list: ProbeList, shown: ShownQuery, snapshot: Snapshot, queries: Queries): void {
  const { query, name, about } = shown;
  const { rows, other, unit: ofMetric } = queries.evaluate(query, [withPrevious(snapshot)]);
  const unit = shown.unit ?? ofMetric;
  if (query.by === undefined || query.by.length === 0) {
    addRow(list, name, rows[0]?.value, unit, about);
    return;
  }
  for (let rank = 0; rank < query.top; rank++) {
    addRow(list, `${name} ${rank + 1}`, rows[rank]?.value, unit, labelOf(rows[rank]));
  }
  addRow(list, `${name} ${OTHER}`, other, unit, Number.isNaN(other ?? NaN) ? undefined : 'other');
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
  addRow(list, name, found?.value, UNITS[vital], undefined);
}

/** @param value `NaN` if there is none yet, `undefined` if there is no such series */
function addRow(
  list: ProbeList,
  name: string,
  value: number | undefined,
  unit: string | undefined,
  about: string | undefined,
): void {
  const shown = readable(value ?? NaN, unit);
  const behind = about === undefined ? undefined : shortened(about, ROW_CHARS - VALUE_CHARS - name.length);
  const texts = Number.isNaN(shown.value) ? [behind] : [shown.unit, behind];
  const text = texts.filter((one) => one !== undefined).join(' ');
  list.addOnly({
    name,
    value: shown.value,
    ...(text !== '' && { unit: text }),
    ...(value !== undefined && { early: true }),
  });
}

/** Rows without a number are in no order. */
function labelOf(row: QueryRow | undefined): string | undefined {
  if (row === undefined || Number.isNaN(row.value)) return undefined;
  return row.labels.map((label) => (label === '' ? '(none)' : label)).join(' ');
}

/** Both ends of a route say more than its middle. */
function shortened(text: string, max: number): string {
  const chars = Array.from(printable(text, MAX_LABEL_CHARS));
  if (chars.length <= max) return chars.join('');
  const head = Math.floor((max - 1) / 3);
  return `${chars.slice(0, head).join('')}…${chars.slice(chars.length - (max - 1 - head)).join('')}`;
}

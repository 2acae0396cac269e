/** Reads `mashroomMetrics`: names and globs, queries, vitals. An entry that is not valid is left out with a problem of its own. */
import type { Query } from '../../core/query/query';
import { isStatistic } from '../../core/query/statistic';
import { VITALS, type Vital } from '../../core/query/vitals';
import { keysOf, isPlain, itemsOf, property, type Field, type Report } from './fields';
import { namesOf, type MetricEntry, type MetricQuery, type VitalEntry } from './metric-entry';

const MAX_ENTRIES = 1000;
const MAX_CHARS = 1000;
const MAX_NAME_CHARS = 20;
const MAX_UNIT_CHARS = 20;
const MAX_ATTRIBUTES = 10;
const MAX_TOP = 20;

export function metricEntries(fallback: readonly MetricEntry[]): Field<readonly MetricEntry[]> {
  const copy = (): readonly MetricEntry[] =>
    fallback.map((entry) => (typeof entry === 'string' ? entry : { ...entry }));
  return {
    fallback: copy,
    read(value, path, report) {
      const items = itemsOf(value, MAX_ENTRIES);
      if (items === undefined) {
        report({
          kind: 'value',
          path,
          value,
          expected: `a list of up to ${MAX_ENTRIES} metric names, globs and queries`,
        });
        return copy();
      }
      const entries = items.map((item, index) => readEntry(item, `${path}[${index}]`, report));
      return withoutNamesakes(entries, path, report);
    },
  };
}

function readEntry(value: unknown, path: string, report: Report): MetricEntry | undefined {
  if (isPlain(value))
    return property(value, 'vital') === undefined ? read(value, path, QUERY, report) : read(value, path, VITAL, report);
  if (isText(1, MAX_CHARS)(value)) return value;
  const expected = `a metric name or glob of 1 to ${MAX_CHARS} characters, or a query such as {"metric": "http_requests_total", "as": "rate"}`;
  report({ kind: 'value', path, value, expected });
  return undefined;
}

interface EntryField<T> {
  readonly expected: string;
  readonly isValid: (value: unknown) => value is T;
  readonly isNeeded?: boolean;
}

type EntryFields<T> = { readonly [K in keyof T]-?: EntryField<NonNullable<T[K]>> };

const NAME: EntryField<string> = { expected: `1 to ${MAX_NAME_CHARS} characters`, isValid: isText(1, MAX_NAME_CHARS) };

const QUERY: EntryFields<MetricQuery> = {
  metric: {
    expected: `a metric name or glob of 1 to ${MAX_CHARS} characters`,
    isValid: isText(1, MAX_CHARS),
    isNeeded: true,
  },
  as: {
    expected: '"rate", "delta", "total", "avg", "min", "max", or a quantile such as "p95"',
    isValid: (value): value is Query['as'] => typeof value === 'string' && isStatistic(value),
    isNeeded: true,
  },
  by: {
    expected: `a list of up to ${MAX_ATTRIBUTES} attribute names`,
    isValid: (value): value is string[] => itemsOf(value, MAX_ATTRIBUTES)?.every(isText(1, MAX_CHARS)) === true,
  },
  where: {
    expected: `an object with up to ${MAX_ATTRIBUTES} attribute names, and globs for their values`,
    isValid: (value): value is Record<string, string> =>
      isPlain(value) &&
      keysOf(value).length <= MAX_ATTRIBUTES &&
      keysOf(value).every((key) => isText(0, MAX_CHARS)(property(value, key))),
  },
  top: {
    expected: `a whole number from 1 to ${MAX_TOP}`,
    isValid: (value): value is number =>
      Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_TOP,
  },
  name: NAME,
  unit: { expected: `up to ${MAX_UNIT_CHARS} characters`, isValid: isText(0, MAX_UNIT_CHARS) },
};

const VITAL: EntryFields<VitalEntry> = {
  vital: {
    expected: `one of ${VITALS.map((vital) => `"${vital}"`).join(', ')}`,
    isValid: (value): value is Vital => VITALS.some((vital) => vital === value),
    isNeeded: true,
  },
  name: NAME,
};

/** An entry with an invalid field is left out: a query without one of its fields would show another number. */
function read<T extends object>(value: object, path: string, fields: EntryFields<T>, report: Report): T | undefined {
  const known = Object.entries<EntryField<unknown>>(fields as Record<string, EntryField<unknown>>);
  for (const key of keysOf(value)) {
    if (Object.hasOwn(fields, key)) continue;
    const expected = `one of ${known.map(([name]) => name).join(', ')}`;
    report({ kind: 'entry key', path: `${path}.${key}`, value: property(value, key), expected });
    return undefined;
  }
  const entry: Record<string, unknown> = {};
  for (const [key, { expected, isValid, isNeeded = false }] of known) {
    const own = copyOf(property(value, key));
    if (own === undefined && !isNeeded) continue;
    if (!isValid(own)) {
      report({ kind: 'entry', path: `${path}.${key}`, value: own, expected });
      return undefined;
    }
    entry[key] = own;
  }
  return entry as T;
}

/** Read once: a getter may give something else the second time. */
function copyOf(value: unknown): unknown {
  const items = itemsOf(value, MAX_ATTRIBUTES);
  if (items !== undefined || !isPlain(value)) return items ?? value;
  const keys = keysOf(value);
  return keys.length > MAX_ATTRIBUTES ? value : Object.fromEntries(keys.map((key) => [key, property(value, key)]));
}

/** Two rows of one name would show the same number. */
function withoutNamesakes(entries: readonly (MetricEntry | undefined)[], path: string, report: Report): MetricEntry[] {
  const taken = new Set<string>();
  return entries.filter((entry, index): entry is MetricEntry => {
    if (entry === undefined || typeof entry === 'string' || entry.name === undefined) return entry !== undefined;
    const names = namesOf(entry, entry.name);
    if (names.some((name) => taken.has(name))) {
      const expected = 'a name that no entry before it has';
      report({ kind: 'entry', path: `${path}[${index}].name`, value: entry.name, expected });
      return false;
    }
    for (const name of names) taken.add(name);
    return true;
  });
}

/** Length in characters, as JSON schemas count them. */
function isText(min: number, max: number): (value: unknown) => value is string {
  return (value): value is string => {
    if (typeof value !== 'string') return false;
    const { length } = Array.from(value);
    return length >= min && length <= max;
  };
}

/** The entries of `mashroomMetrics` as worker threads get them: with names, which are unique and short. */
import type { Vital } from '../../core/query/vitals';
import type { Shown } from '../../protocol/shown';
import {
  DEFAULT_TOP,
  hasRanks,
  isVital,
  namesOf,
  type MetricEntry,
  type MetricQuery,
  type VitalEntry,
} from './metric-entry';

const VITAL_NAMES: Readonly<Record<Vital, string>> = {
  requests: 'req/s',
  errors: 'err/s',
  latency: 'p95',
  eventLoop: 'loop',
  sessions: 'sessions',
};

export function shownEntries(entries: readonly MetricEntry[]): Shown[] {
  const objects = entries.filter((entry) => typeof entry !== 'string');
  const taken = new Set(objects.flatMap((entry) => (entry.name === undefined ? [] : namesOf(entry, entry.name))));
  return entries.map((entry) => {
    if (typeof entry === 'string') return entry;
    const name = entry.name ?? freeName(entry, taken);
    for (const one of namesOf(entry, name)) taken.add(one);
    if (isVital(entry)) return { kind: 'vital', name, vital: entry.vital };
    const { metric, by, where, as, top = DEFAULT_TOP, unit } = entry;
    const about = entry.name === undefined && !hasRanks(entry) ? metric : undefined;
    return { kind: 'query', name, query: { metric, by, where, as, top }, unit, about };
  });
}

/** Of queries and vitals, whose names are fixed. */
export function rowNames(shown: readonly Shown[]): readonly string[] {
  return shown.flatMap((one) => {
    if (typeof one === 'string') return [];
    return one.kind === 'query' ? namesOf(one.query, one.name) : one.name;
  });
}

/** The statistic, or the statistic and a letter: the names of metrics are too long to come first. */
function freeName(entry: MetricQuery | VitalEntry, taken: ReadonlySet<string>): string {
  const base = isVital(entry) ? VITAL_NAMES[entry.vital] : entry.as;
  let name: string = base;
  for (let i = 1; namesOf(entry, name).some((one) => taken.has(one)); i++) {
    name = `${base} ${i < LETTERS.length ? LETTERS[i] : i + 1}`;
  }
  return name;
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

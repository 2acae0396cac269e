/** The table of what has how many series. */
import type { MetricCardinality } from '../../protocol/page';
import { count } from './numbers';
import type { Column, Mood } from './table';

/** Of attributes and of processes. */
const MAX_SHOWN = 5;

export const CARDINALITY_COLUMNS: readonly Column<MetricCardinality>[] = [
  { key: 'series', title: 'series', right: true, value: ({ series }) => series, text: ({ series }) => count(series) },
  { key: 'grown', title: 'grown', right: true, value: ({ grown }) => grown, text: ({ grown }) => change(grown) },
  { key: 'app', title: 'app', value: ({ app }) => app, text: ({ app }) => app },
  { key: 'metric', title: 'metric', value: ({ metric }) => metric, text: ({ metric }) => metric },
  {
    key: 'attributes',
    title: 'values of attributes',
    value: ({ attributes }) => attributes[0]?.values ?? 0,
    text: ({ attributes }) =>
      listed(
        attributes.map(
          ({ name, values, grown }) => `${name} ${count(values)}${grown === 0 ? '' : ` (${change(grown)})`}`,
        ),
      ),
  },
  {
    key: 'processes',
    title: 'series by pm_id',
    value: ({ processes }) => processes[0]?.series ?? 0,
    text: ({ processes }) => listed(processes.map(({ pmId, series }) => `${pmId}: ${count(series)}`)),
  },
];

function change(grown: number): string {
  return grown > 0 ? `+${count(grown)}` : grown < 0 ? count(grown) : '';
}

function listed(texts: readonly string[]): string {
  const rest = texts.length - MAX_SHOWN;
  return [...texts.slice(0, MAX_SHOWN), ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

export function moodOf({ series, grown }: MetricCardinality): Mood {
  return grown > 1000 && grown > series / 10 ? 'odd' : undefined;
}

export function wordsOf({ app, metric, attributes }: MetricCardinality): string {
  return [app, metric, ...attributes.map(({ name }) => name)].join(' ');
}

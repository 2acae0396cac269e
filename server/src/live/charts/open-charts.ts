/** Reads the list of charts that a browser posts. Every part of it is checked. */
import * as v from 'valibot';
import type { Chart } from '../../../protocol/page';

/** More than a viewer shows. */
const MAX_CHARTS = 40;
const MAX_NAME = 500;
const MAX_POINTS = 4000;

const name = v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_NAME));
const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));

const CHART = v.strictObject({
  id: whole(0, Number.MAX_SAFE_INTEGER),
  metric: name,
  as: v.pipe(v.string(), v.regex(/^(?:rate|delta|total|avg|min|max|p(?:\d{1,2}(?:\.\d{1,3})?|100))$/)),
  by: v.exactOptional(name),
  app: v.exactOptional(name),
  pmId: v.exactOptional(v.union([whole(0, 2 ** 31), v.literal('all')])),
  points: whole(2, MAX_POINTS),
});
const OPEN_CHARTS = v.strictObject({ charts: v.pipe(v.array(CHART), v.maxLength(MAX_CHARTS)) });

export type ReadOpenCharts =
  { readonly ok: true; readonly charts: readonly Chart[] } | { readonly ok: false; readonly problem: string };

export function readOpenCharts(body: unknown): ReadOpenCharts {
  const read = v.safeParse(OPEN_CHARTS, body);
  if (!read.success) return { ok: false, problem: problemOf(read.issues[0]) };
  const { charts } = read.output;
  if (new Set(charts.map(({ id }) => id)).size < charts.length)
    return { ok: false, problem: 'Two charts have the same id.' };
  return { ok: true, charts };
}

const KEYS: readonly unknown[] = ['charts', ...Object.keys(CHART.entries)];

/** Says where, and what is expected there; nothing of what was sent. */
function problemOf({ path, expected }: v.BaseIssue<unknown>): string {
  const place = (path ?? [])
    .map(({ key }) => (typeof key === 'number' || KEYS.includes(key) ? String(key) : '?'))
    .join('.');
  const wanted = expected ?? 'other content';
  return `The list of charts is not valid: expected ${wanted} at ${place === '' ? 'its beginning' : place}.`;
}

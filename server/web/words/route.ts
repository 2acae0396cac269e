/** The view and the open charts, as the hash of the page's address has them: a link shows the same to others. */
import { MAX_CHARTS, type ChartSpec } from './chart-spec';

export const VIEWS = ['overview', 'metrics', 'cardinality'] as const;
export type View = (typeof VIEWS)[number];

/** Seconds that charts show. */
export const WINDOWS = [300, 900, 3600] as const;

/** What the server takes: it refuses a list of charts as a whole. */
const STATISTIC = /^(rate|delta|total|avg|min|max|p(\d{1,2}(\.\d{1,3})?|100))$/;
const MAX_NAME = 500;

export interface Route {
  readonly view: View;
  readonly search: string;
  readonly window: number;
  readonly charts: readonly ChartSpec[];
}

/** `#metrics?search=http&window=900&chart=<metric>*<as>*<by>*<app>*<pmId>`, with what is left out empty. */
export function formatRoute({ view, search, window, charts }: Route): string {
  const query = new URLSearchParams();
  if (search !== '') query.set('search', search);
  if (window !== WINDOWS[0]) query.set('window', String(window));
  for (const { metric, as, by, app, pmId } of charts) {
    const parts = [metric, as, by ?? '', app ?? '', String(pmId ?? '')];
    query.append('chart', parts.map(escapePart).join('*'));
  }
  const text = query.toString();
  return text === '' ? `#${view}` : `#${view}?${text}`;
}

function escapePart(part: string): string {
  return encodeURIComponent(part).replaceAll('*', '%2A');
}

/** Never fails: takes what it understands of any hash, and defaults for the rest. */
export function parseRoute(hash: string): Route {
  const [name = '', text = ''] = hash.replace(/^#/, '').split(/\?(.*)/s);
  const query = new URLSearchParams(text);
  const window = Number(query.get('window'));
  return {
    view: VIEWS.find((view) => view === name) ?? VIEWS[0],
    search: query.get('search') ?? '',
    window: WINDOWS.find((one) => one === window) ?? WINDOWS[0],
    charts: query.getAll('chart').flatMap(parseChart).slice(0, MAX_CHARTS),
  };
}

function parseChart(text: string): ChartSpec[] {
  let parts: string[];
  try {
    parts = text.split('*').map(decodeURIComponent);
  } catch {
    return [];
  }
  const [metric = '', as = '', by = '', app = '', pmId = ''] = parts;
  if (metric === '' || !STATISTIC.test(as) || [metric, by, app].some(({ length }) => length > MAX_NAME)) return [];
  const ofProcess = pmId === 'all' ? pmId : /^\d{1,9}$/.test(pmId) ? Number(pmId) : undefined;
  return [
    {
      metric,
      as,
      ...(by === '' ? {} : { by }),
      ...(app === '' ? {} : { app }),
      ...(ofProcess === undefined ? {} : { pmId: ofProcess }),
    },
  ];
}

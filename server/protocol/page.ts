/**
 * What the metrics server and its page in a browser say to each other. Types only: the browser checks nothing that its own server
 * sends, and the server checks everything that a browser sends.
 *
 * ```
 * GET  api/overview          OverviewAnswer, once (overview.ts)
 * GET  api/metrics?search=   FoundMetrics
 * GET  api/cardinality       Cardinality
 * GET  api/live              server-sent events, see below
 * POST api/live/<stream>     OpenCharts: which charts the stream's page shows now
 * POST login, POST logout    a form, a cookie
 * ```
 *
 * All paths are relative to the page, which may stand behind a reverse proxy's path. Objects by name would be most of the stream
 * and of the browser's memory, so the events are arrays. Times are epoch milliseconds. `null` stands for what is unknown.
 *
 * Events of `api/live`, in the order in which they come:
 *
 * - `hello`: {@link Hello}. All that the page knows of an earlier stream is void.
 * - `past`: {@link Past}, once: the last hour of what the overview shows.
 * - `processes`: {@link ProcessRow}[], each second that anything has changed: all of them.
 * - `marks`: {@link Mark}[], those that are new. The first one has those of the last hour.
 * - `series`: {@link ChartSeries}, when a chart was opened and when its series have changed.
 * - `points`: {@link ChartPoints}, for each chart one per second, or the past of a chart right after `series`.
 */

/** `[stream, server's version, server's time]`; the stream's name is unguessable. */
export type Hello = readonly [stream: string, version: string, now: number];

/** One process. */
export type ProcessRow = readonly [
  /** Unique among all runs of the host, former ones too. */
  run: string,
  pmId: number,
  /** With its namespace, where that is not the default one. So it is in all that follows. */
  app: string,
  /** As PM2 has it, `leaving` while PM2 is replacing it, or `unanswered` if it is online and does not answer. */
  status: string,
  startedAt: number | null,
  restarts: number,
  /** In processors. */
  cpu: number | null,
  memoryBytes: number | null,
  /** Seconds. */
  eventLoopDelay: number | null,
  requestsPerSecond: number | null,
  errorsPerSecond: number | null,
  /** Seconds. */
  p95: number | null,
  sessions: number | null,
  /** Since when its event loop has not turned; `null`: it turns. */
  blockedSince: number | null,
  /** Its stack while it is blocked, if that is on. */
  stack: string | null,
  /** In a word, what sets it apart from the other processes of its app: `errors`, `latency`, `memory`, `cpu`, `requests`. */
  odd: string | null,
  /** Why there are no metrics of it. */
  why: string | null,
];

/**
 * What the last hour has of {@link ProcessRow}'s numbers: `[times, rows]`, each row `[run, app, field, numbers at these times]`.
 * Runs that have ended are among them.
 */
export type Past = readonly [
  times: readonly number[],
  rows: readonly (readonly [run: string, app: string, field: PastField, values: readonly (number | null)[]])[],
];
export type PastField = 'cpu' | 'memory' | 'eventLoop' | 'requests' | 'errors' | 'p95';

/** What PM2 has done to a process, or what has happened to it, at one moment. */
export type Mark = readonly [time: number, kind: MarkKind, app: string, pmId: number, text: string];
export type MarkKind = 'start' | 'restart' | 'reload' | 'exit' | 'stop' | 'blocked' | 'turns';

/** What a browser posts: all charts that it shows. The server opens and closes what differs from before. */
export interface OpenCharts {
  readonly charts: readonly Chart[];
}

/** The 20 largest series of a metric and `other`. */
export interface Chart {
  /** Chosen by the page: its events have it. */
  readonly id: number;
  readonly metric: string;
  /** A statistic of `core/query/query.ts`. */
  readonly as: string;
  /** An attribute's name. `undefined`: one series per process, or one for the cluster. */
  readonly by?: string | undefined;
  /** `undefined`: all apps. */
  readonly app?: string | undefined;
  /** `undefined`: all processes together. `all`: one series per process. */
  readonly pmId?: number | 'all' | undefined;
  /** How many points its width has room for: the past comes with no more. */
  readonly points: number;
}

/** The last name is `other` if `hasOther`. An error in place of names: a sentence. */
export type ChartSeries =
  | readonly [chart: number, unit: string | null, names: readonly string[], hasOther: boolean]
  | readonly [chart: number, error: string];

/** `[chart's id, times, numbers of each series at these times]`, in the order of the names. */
export type ChartPoints = readonly [
  chart: number,
  times: readonly number[],
  values: readonly (readonly (number | null)[])[],
];

export interface FoundMetrics {
  /** At most 100: name, kind, unit, how many series, which attributes. */
  readonly metrics: readonly FoundMetric[];
  /** How many have been found in all. */
  readonly total: number;
}

export interface FoundMetric {
  readonly name: string;
  readonly kind: 'counter' | 'sum' | 'gauge' | 'histogram' | 'summary';
  readonly unit: string | null;
  readonly description: string;
  readonly series: number;
  readonly apps: readonly string[];
  readonly attributes: readonly string[];
  /** Series whose attributes match the search and not the name: a few of them. */
  readonly examples: readonly string[];
}

export interface Cardinality {
  /** The largest first, at most 100. */
  readonly metrics: readonly MetricCardinality[];
  readonly series: number;
  /** Since when growth is known: at most an hour ago. */
  readonly since: number;
}

export interface MetricCardinality {
  readonly metric: string;
  readonly app: string;
  readonly series: number;
  /** How many more than at `since`. */
  readonly grown: number;
  readonly attributes: readonly { readonly name: string; readonly values: number; readonly grown: number }[];
  /** By process, the largest first. */
  readonly processes: readonly { readonly pmId: number; readonly series: number }[];
}

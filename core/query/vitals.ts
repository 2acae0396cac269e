/** The few numbers that tell whether a process is well, and the metrics that libraries have for them. */
import type { Compared } from './compared';
import type { Queries } from './evaluate';
import type { Query, QueryResult } from './query';

export const VITALS = ['requests', 'errors', 'latency', 'eventLoop', 'sessions'] as const;

/**
 * - `requests`: per second, that the process has answered
 * - `errors`: of these, per second, the ones with status 5xx
 * - `latency`: 95th percentile of the time to an answer, in seconds
 * - `eventLoop`: 99th percentile of the delay of the event loop, in seconds
 * - `sessions`: that are open
 */
export type Vital = (typeof VITALS)[number];

/** A query whose value times `scale` is the vital. */
export interface VitalQuery extends Query {
  /** The factor to the vital's unit: 0.001 for metrics in milliseconds. */
  readonly scale?: number;
}

/** A metric of HTTP requests, and the names that its attribute of the status has. */
interface HttpMetric {
  readonly metric: string;
  readonly status: readonly string[];
  /** For a metric of the time to an answer: the factor that makes seconds of it. */
  readonly seconds?: number;
}

/** Names that the label of the status has in libraries for prom-client, and in an app's own metrics. */
const STATUS = ['status_code', 'status', 'code'];

/** An older convention stands behind the newer one: processes may have both, with the same requests. */
const HTTP_METRICS: readonly HttpMetric[] = [
  // OpenTelemetry's instrumentations, stable and before.
  { metric: 'http.server.request.duration', status: ['http.response.status_code'], seconds: 1 },
  { metric: 'http.server.duration', status: ['http.status_code'], seconds: 0.001 },
  { metric: 'mashroom_http_requests_total', status: ['status'] },
  { metric: 'mashroom_http_request_duration_seconds', status: ['status'], seconds: 1 },
  // express-prom-bundle, fastify-metrics, prometheus-api-metrics.
  { metric: 'http_request_duration_seconds', status: STATUS, seconds: 1 },
  { metric: 'http_requests_total', status: STATUS },
  { metric: 'http_request_duration_ms', status: STATUS, seconds: 0.001 },
];

/** The likeliest first. */
export const VITAL_QUERIES: Readonly<Record<Vital, readonly VitalQuery[]>> = {
  requests: HTTP_METRICS.map(({ metric }) => ({ metric, as: 'rate' })),
  errors: HTTP_METRICS.flatMap(({ metric, status }) =>
    status.map((name): VitalQuery => ({ metric, where: { [name]: '5*' }, as: 'rate' })),
  ),
  latency: HTTP_METRICS.flatMap(({ metric, seconds: scale }): VitalQuery[] =>
    scale === undefined ? [] : [{ metric, as: 'p95', scale }],
  ),
  eventLoop: [
    { metric: 'nodejs.eventloop.delay.p99', as: 'max' },
    // prom-client and Mashroom.
    { metric: 'nodejs_eventloop_lag_p99_seconds', as: 'max' },
  ],
  sessions: [{ metric: 'mashroom_sessions_total', as: 'total' }],
};

export interface FoundVital {
  /** The query that has found something. */
  readonly query: VitalQuery;
  /** In the vital's unit. */
  readonly value: number;
}

/**
 * Evaluates the first of the vital's queries that any series matches, over all snapshots together.
 *
 * @returns `undefined` if the processes have none of its metrics
 */
export function evaluateVital(queries: Queries, vital: Vital, compared: readonly Compared[]): FoundVital | undefined {
  for (const query of VITAL_QUERIES[vital]) {
    const value = valueOf(queries, query, compared);
    if (value !== undefined) return { query, value: value * (query.scale ?? 1) };
  }
  return undefined;
}

function valueOf(queries: Queries, query: VitalQuery, compared: readonly Compared[]): number | undefined {
  const result = queries.evaluate(query, compared);
  if (result.found) return onlyValue(result);
  if (query.where === undefined) return undefined;
  // Before the first error no series has a status 5xx: if other series have the attribute, there were no errors.
  const any = Object.fromEntries(Object.keys(query.where).map((name) => [name, '*']));
  const all = queries.evaluate({ ...query, where: any }, compared);
  return all.found ? 0 * onlyValue(all) : undefined;
}

function onlyValue({ rows: [row] }: QueryResult): number {
  return row?.value ?? NaN;
}

import test from 'ava';
import { withPrevious } from '../../../core/query/compared';
import { Queries } from '../../../core/query/evaluate';
import { evaluateVital, VITAL_QUERIES, VITALS } from '../../../core/query/vitals';
import { histogram, scalar, snapshotOf, type FamilySpec } from '../../support/snapshots';

function vitals(...families: FamilySpec[]) {
  const compared = [withPrevious(snapshotOf({ families }))];
  const queries = new Queries();
  const found = VITALS.map((vital) => [vital, evaluateVital(queries, vital, compared)?.value] as const);
  return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

const counter = (name: string, attribute: string, changes: Record<string, number>): FamilySpec => ({
  name,
  type: 'SUM',
  series: Object.entries(changes).map(([status, change]) => ({
    attributes: { [attribute]: status },
    before: scalar(0),
    now: scalar(change),
  })),
});
/** Half of it in the bucket up to 10, half in that up to 20. */
const durations = (name: string, attribute: string, scale: number, ...statuses: unknown[]): FamilySpec => {
  const bounds = [10 * scale, 20 * scale];
  const series = statuses.map((status) => ({
    attributes: { [attribute]: status },
    before: histogram(bounds, [0, 0, 0]),
    now: histogram(bounds, [50, 50, 0]),
  }));
  return { name, type: 'HISTOGRAM', series };
};
const gauge = (name: string, value: number): FamilySpec => ({ name, type: 'GAUGE', series: [{ now: scalar(value) }] });

const LIBRARIES: Record<string, readonly FamilySpec[]> = {
  "OpenTelemetry's stable conventions": [
    durations('http.server.request.duration', 'http.response.status_code', 1, 200, 500),
  ],
  "OpenTelemetry's former conventions": [durations('http.server.duration', 'http.status_code', 1000, 200, 503)],
  'express-prom-bundle and fastify-metrics': [
    durations('http_request_duration_seconds', 'status_code', 1, '200', '500'),
  ],
  'prometheus-api-metrics': [durations('http_request_duration_seconds', 'code', 1, '200', '500')],
  "Mashroom's collector": [
    counter('mashroom_http_requests_total', 'status', { 200: 100, 500: 100 }),
    durations('mashroom_http_request_duration_seconds', 'status', 1, 200, 500),
  ],
  'milliseconds of prom-client': [durations('http_request_duration_ms', 'status', 1000, '200', '5xx')],
};

for (const [library, families] of Object.entries(LIBRARIES)) {
  test(`${library}: requests, errors and time to an answer`, (t) => {
    const { requests, errors, latency, ...others } = vitals(...families);
    t.deepEqual({ requests, errors, others }, { requests: 20, errors: 10, others: {} });
    t.true(Math.abs(latency! - 19) < 1e-9, String(latency));
  });
}

test('event loop and sessions', (t) => {
  t.deepEqual(vitals(gauge('nodejs.eventloop.delay.p99', 0.02)), { eventLoop: 0.02 });
  const mashroom = [gauge('nodejs_eventloop_lag_p99_seconds', 0.03), gauge('mashroom_sessions_total', 5)];
  t.deepEqual(vitals(...mashroom), { eventLoop: 0.03, sessions: 5 });
});

test('requests that both conventions have count once', (t) => {
  const stable = durations('http.server.request.duration', 'http.response.status_code', 1, 200);
  const former = durations('http.server.duration', 'http.status_code', 1000, 200);
  t.is(vitals(former, stable)['requests'], 10);
});

test('without errors their rate is 0, and without a status there is no rate of errors', (t) => {
  t.is(vitals(counter('http_requests_total', 'status', { 200: 10 }))['errors'], 0);
  t.deepEqual(vitals(counter('http_requests_total', 'method', { GET: 10 })), { requests: 1 });
});

test('a process without any of the metrics has no vitals', (t) => {
  t.deepEqual(vitals(gauge('queue_length', 3)), {});
});

test('each vital has a query that can be told from the others', (t) => {
  for (const vital of VITALS) {
    const queries = VITAL_QUERIES[vital].map((query) => JSON.stringify(query));
    t.true(queries.length > 0);
    t.is(new Set(queries).size, queries.length);
  }
});

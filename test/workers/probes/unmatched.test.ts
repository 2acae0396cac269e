import test from 'ava';
import { findUnmatched } from '../../../workers/probes/unmatched';
import { scalar, snapshotOf } from '../../support/snapshots';
import { compute } from './computed';

function snapshotWith(...names: readonly string[]) {
  return snapshotOf({ families: names.map((name) => ({ name, type: 'GAUGE', series: [{ now: scalar(1) }] })) });
}

const otel = snapshotWith(
  'http.server.request.duration',
  'http.server.active_requests',
  'http.client.request.duration',
  'nodejs.eventloop.utilization',
);

test('names and globs that match a metric are not among the unmatched', (t) => {
  t.deepEqual(findUnmatched(otel, ['http.server.request.duration', 'http.*', '*loop*']), []);
  t.deepEqual(findUnmatched(otel, []), []);
});

test('a pattern that an earlier one makes superfluous is matched all the same', (t) => {
  t.deepEqual(findUnmatched(otel, ['*', 'http.*', 'http.server.*']), []);
});

for (const [pattern, nearest] of [
  ['http_server_*', ['http.server.request.duration', 'http.server.active_requests']],
  ['http_server_request_duration', ['http.server.request.duration']],
  ['http_server_request_duration_seconds', ['http.server.request.duration']],
  ['http_server_request_duration_seconds_bucket', ['http.server.request.duration']],
  ['HTTP.Server.Active_Requests', ['http.server.active_requests']],
  ['http.server.activ_requests', ['http.server.active_requests']],
  ['nodejs.evenloop.*', ['nodejs.eventloop.utilization']],
  ['http.server', ['http.server.request.duration', 'http.server.active_requests']],
  ['jobs_total', []],
  ['*_total', []],
  ['h*_total', []],
] as const) {
  test(`nearest to ${pattern}: ${nearest.join(', ') || 'none'}`, (t) => {
    t.deepEqual(findUnmatched(otel, [pattern]), [{ pattern, nearest }]);
  });
}

test('a task without lookFor has a result without unmatched', (t) => {
  const spec = { families: [{ name: 'a', type: 'GAUGE' as const, series: [{ now: scalar(1) }] }] };
  t.false('unmatched' in compute(spec));
  t.deepEqual(compute(spec, { lookFor: ['a', 'b'] }).unmatched, [{ pattern: 'b', nearest: [] }]);
});

test('thousands of patterns and names with nothing in common cost little', (t) => {
  const many = snapshotWith(...Array.from({ length: 2000 }, (_, i) => `${'x'.repeat(90)}${i}`));
  const patterns = Array.from({ length: 1000 }, (_, i) => `${'y'.repeat(90)}${i}`);
  t.is(findUnmatched(many, patterns).length, 1000);
});

import test from 'ava';
import { StateLog } from '../../core/state-log';
import type { LongRows } from '../../protocol/tasks';
import { DEFAULT_METRICS, ownNames, PROCESS_METRICS } from '../../src/config/default-metrics';
import { readConfig } from '../../src/config/read-config';
import { RoomWatch } from '../../src/probes/room-watch';

function watching(entries: readonly string[], taken: readonly string[] = []) {
  const log: string[] = [];
  const note = (line: string): void => void log.push(line);
  return { log, watch: new RoomWatch(entries, taken, new StateLog({ info: note, warn: note })) };
}

function slow(entry: string, more: Partial<LongRows> = {}): LongRows {
  return { entry, metrics: 1, query: { metric: entry, by: ['route'], as: 'p95', top: 3 }, name: 'slow', ...more };
}

function tell(watch: RoomWatch, ...found: readonly LongRows[]): void {
  for (let i = 0; i < 3; i++) watch.note(found);
}

/** The queries of a line. */
function queriesOf(line = ''): unknown[] {
  return (line.match(/\{ .*? \}(?=[;, ]|$)/g) ?? []).map((text) => JSON.parse(text) as unknown);
}

test('an entry without room is told once, after three collections, with what to write in its place', (t) => {
  const { log, watch } = watching(['http.duration', 'short']);
  watch.note([slow('http.duration')]);
  watch.note([]);
  watch.note([slow('http.duration')]);
  t.deepEqual(log, []);
  t.deepEqual(watch.checkRoom, ['http.duration', 'short']);
  watch.note([slow('http.duration')]);
  t.deepEqual(log, [
    'pm2 monit has no room for the values of these entries of mashroomMetrics, since their rows have long names. ' +
      'Write queries in their place: for "http.duration" ' +
      '{ "metric": "http.duration", "by": [ "route" ], "as": "p95", "top": 3, "name": "slow" }',
  ]);
  t.deepEqual(watch.checkRoom, ['short']);
  tell(watch, slow('short'));
  t.is(log.length, 2);
  t.is(watch.checkRoom, undefined);
});

test('the queries of a line can be written together, beside those of the configuration', (t) => {
  const { log, watch } = watching(['a', 'b', 'c'], ['hot', 'slow 4']);
  const hot = { query: { metric: 'c', as: 'rate' }, name: 'hot' } as const;
  tell(watch, slow('a', { metrics: 3 }), slow('b'), slow('c', hot));
  t.is(log.length, 1);
  t.regex(log[0] ?? '', /for "a" \{.*\} \(and the like for 2 more of its metrics\); for "b" \{.*\}; for "c" \{/);
  const proposed = queriesOf(log[0]);
  t.deepEqual(proposed, [
    { metric: 'a', by: ['route'], as: 'p95', top: 3, name: 'slow' },
    { metric: 'b', by: ['route'], as: 'p95', top: 3 },
    { metric: 'c', as: 'rate' },
  ]);
  const { config, problems } = readConfig({ mashroomMetrics: [{ metric: 'd', as: 'rate', name: 'hot' }, ...proposed] });
  t.deepEqual(problems, []);
  t.is(config.mashroomMetrics.length, 4);
});

test('a line is bounded, and all of its queries are complete', (t) => {
  const entries = Array.from({ length: 50 }, (_, i) => `${'e'.repeat(60)}${i}`);
  const { log, watch } = watching(entries);
  tell(watch, ...entries.map((entry) => slow(entry)));
  t.is(log.length, 1);
  t.true((log[0] ?? '').length <= 700);
  const { length } = queriesOf(log[0]);
  t.true(length >= 2);
  t.true(log[0]?.endsWith(`; and for ${50 - length} more`));
  t.is(watch.checkRoom, undefined);
});

test('odd names stay JSON, and a query that is too long is not begun', (t) => {
  const odd = 'quote " and\nline\u2028\u202e';
  const { log, watch } = watching([odd, 'x'.repeat(500)]);
  tell(watch, slow(odd));
  t.deepEqual(queriesOf(log[0]), [{ metric: odd, by: ['route'], as: 'p95', top: 3, name: 'slow' }]);
  tell(watch, slow('x'.repeat(500)));
  t.regex(log[1] ?? '', /: for "x{79}…" one with a short name$/);
});

test('names of the defaults are never looked at, also where a user has copied them', (t) => {
  t.deepEqual(ownNames(PROCESS_METRICS), []);
  t.deepEqual(ownNames(DEFAULT_METRICS), []);
  t.deepEqual(ownNames([...DEFAULT_METRICS, { vital: 'errors' }, { metric: 'a', as: 'rate' }, 'mine_*']), ['mine_*']);
});

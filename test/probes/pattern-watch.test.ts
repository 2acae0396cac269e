import test from 'ava';
import { StateLog } from '../../core/state-log';
import { DEFAULT_METRICS, PROCESS_METRICS, withoutDefaults } from '../../src/config/default-metrics';
import { PatternWatch } from '../../src/probes/pattern-watch';

function watching(...patterns: readonly string[]) {
  const log: string[] = [];
  const note = (line: string): void => void log.push(line);
  return { log, watch: new PatternWatch(patterns, new StateLog({ info: note, warn: note })) };
}

test('a pattern with similar names is told after three collections, once', (t) => {
  const { log, watch } = watching('http_server_*', 'good');
  const unmatched = [{ pattern: 'http_server_*', nearest: ['http.server.request.duration'] }];
  watch.note(unmatched);
  t.deepEqual(watch.lookFor, ['http_server_*']);
  watch.note(unmatched);
  t.deepEqual(log, []);
  watch.note(unmatched);
  t.deepEqual(log, [
    'No metric of this process matches these entries of mashroomMetrics: "http_server_*" (there is http.server.request.duration). pm2 monit shows nothing for them',
  ]);
  t.is(watch.lookFor, undefined);
});

test('a pattern without similar names has time until thirty collections', (t) => {
  const { log, watch } = watching('a', 'b', 'c', 'd\n', 'late');
  for (let i = 1; i < 30; i++) {
    watch.note(['a', 'b', 'c', 'd\n', ...(i < 20 ? ['late'] : [])].map((pattern) => ({ pattern, nearest: [] })));
  }
  t.deepEqual(log, []);
  watch.note(['a', 'b', 'c', 'd\n'].map((pattern) => ({ pattern, nearest: [] })));
  t.deepEqual(log, [
    'No metric of this process matches these entries of mashroomMetrics: "a", "b", "c" and 1 more. pm2 monit shows nothing for them',
  ]);
  t.is(watch.lookFor, undefined);
});

test('a pattern that has matched once is not looked for again', (t) => {
  const { watch } = watching('a', 'b');
  watch.note([{ pattern: 'b', nearest: [] }]);
  t.deepEqual(watch.lookFor, ['b']);
  watch.note([]);
  t.is(watch.lookFor, undefined);
});

test('defaults are never looked for, also where a user has copied them', (t) => {
  t.deepEqual(withoutDefaults(PROCESS_METRICS), []);
  t.deepEqual(withoutDefaults(DEFAULT_METRICS), []);
  t.deepEqual(withoutDefaults([...DEFAULT_METRICS, 'mine']), ['mine']);
  t.deepEqual(withoutDefaults([{ vital: 'errors' }, { metric: 'jobs_*', as: 'rate' }, 'mine']), ['jobs_*', 'mine']);
});

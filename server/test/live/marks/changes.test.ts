/** What has happened between two of PM2's lists. */
import test from 'ava';
import { Changes } from '../../../src/live/marks/changes';
import { MarkLog } from '../../../src/live/marks/mark-log';
import { readProcessList, type ProcessInfo } from '../../../src/pm2/process-list';

const NOW = 1_795_000_000_000;
/** No process has this pid: it is above the largest that Linux gives. */
const ENDED = 2 ** 30;

interface Listed {
  readonly pid?: number;
  readonly status?: string;
  readonly restarts?: number;
  readonly at?: number;
  readonly code?: number;
  readonly created?: number;
}

function list({
  pid = ENDED,
  status = 'online',
  restarts = 0,
  at = NOW - 1000,
  code,
  created = 1,
}: Listed = {}): ProcessInfo[] {
  const pm2_env = { status, restart_time: restarts, pm_uptime: at, exit_code: code, created_at: created };
  return readProcessList([{ pm_id: 3, name: 'shop', pid, pm2_env }]);
}

/** Kinds of the marks that the second list brings. */
function kinds(before: ProcessInfo[], after: ProcessInfo[], leaving: readonly string[] = []): string[] {
  const changes = new Changes();
  changes.since(before, new Set(), NOW);
  return changes.since(after, new Set(leaving), NOW).map(([, kind]) => kind);
}

const NEXT = { pid: ENDED + 1, at: NOW, restarts: 1 };

test('the first list has the starts of the last hour', (t) => {
  const first = (listed: Listed) => new Changes().since(list(listed), new Set(), NOW);
  t.deepEqual(first({}), [[NOW - 1000, 'start', 'shop', 3, `PM2 has started it: process ${ENDED}`]]);
  t.is(first({ restarts: 2 })[0]?.[1], 'restart');
  t.deepEqual(first({ at: NOW - 2 * 60 * 60_000 }), []);
  t.deepEqual(first({ status: 'stopped' }), []);
});

test('no change is no mark, and neither are states in between', (t) => {
  t.deepEqual(kinds(list(), list()), []);
  t.deepEqual(kinds(list(), list({ status: 'stopping' })), []);
  t.deepEqual(kinds([], []), []);
});

test('a start, a stop and a deletion', (t) => {
  t.deepEqual(kinds([], list()), ['start']);
  t.deepEqual(kinds(list(), list({ status: 'stopped', pid: 0, code: 0 })), ['stop']);
  t.deepEqual(kinds(list(), []), ['stop']);
  t.deepEqual(kinds(list({ status: 'stopped', pid: 0 }), list(NEXT)), ['start']);
});

test('a restart, and an end with an exit code', (t) => {
  t.deepEqual(kinds(list(), list({ ...NEXT, code: 0 })), ['restart']);
  t.deepEqual(kinds(list(), list({ ...NEXT, code: 1 })), ['exit']);
  t.deepEqual(kinds(list(), list({ status: 'stopped', pid: 0, code: 1 })), ['exit']);
  t.deepEqual(kinds(list(), list({ status: 'errored', pid: 0 })), ['exit']);
  t.deepEqual(kinds(list(), list({ status: 'waiting restart', pid: 0, code: 1 })), ['exit']);
});

test('a reload: the former process still works, or has ended since, and PM2 says that it made a new one', (t) => {
  t.deepEqual(kinds(list({ pid: process.pid }), list(NEXT)), ['reload']);
  t.deepEqual(kinds(list(), list(NEXT), [list()[0]?.run.key ?? '']), ['reload']);
  t.deepEqual(kinds(list(), list({ ...NEXT, created: NOW })), ['reload']);
});

test('a restart that is seen while PM2 stops the process is one mark', (t) => {
  const changes = new Changes();
  changes.since(list(), new Set(), NOW);
  t.deepEqual(changes.since(list({ status: 'stopping' }), new Set(), NOW), []);
  t.deepEqual(
    changes.since(list(NEXT), new Set(), NOW).map(([time, kind]) => [time, kind]),
    [[NOW, 'restart']],
  );
});

test('marks are kept for an hour, and no more than a thousand', (t) => {
  const log = new MarkLog();
  log.add([[NOW, 'start', 'shop', 1, '']], NOW);
  log.add([[NOW + 1000, 'stop', 'shop', 1, '']], NOW + 60 * 60_000 + 1);
  t.deepEqual(
    log.all.map(([, kind]) => kind),
    ['stop'],
  );
  for (let i = 0; i < 1200; i++) log.add([[NOW + i, 'start', 'shop', i, '']], NOW + i);
  t.is(log.all.length, 1000);
});

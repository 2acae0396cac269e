/** The table of processes. */
import type { OverviewProcess } from '../../protocol/overview';
import { bytes, count, duration, percent, seconds } from './numbers';
import type { Column, Mood } from './table';

const RUNNING: readonly string[] = ['online', 'unanswered'];

export const PROCESS_COLUMNS: readonly Column<OverviewProcess>[] = [
  { key: 'app', title: 'app', value: ({ app }) => app, text: ({ app }) => app },
  {
    key: 'namespace',
    title: 'namespace',
    optional: true,
    value: ({ namespace }) => namespace,
    text: ({ namespace }) => namespace ?? '',
  },
  // Negative: unlike other numbers, ids are sorted from the smallest one on.
  { key: 'id', title: 'id', right: true, value: ({ pmId }) => -pmId, text: ({ pmId }) => String(pmId) },
  {
    key: 'status',
    title: 'status',
    value: ({ status }) => status,
    text: ({ status, blockedSince }, now) =>
      blockedSince === null ? status : `blocked ${duration((now - blockedSince) / 1000)}`,
  },
  {
    key: 'uptime',
    title: 'up',
    right: true,
    value: ({ startedAt }) => (startedAt === null ? null : -startedAt),
    text: ({ startedAt, status }, now) =>
      duration(startedAt === null || !RUNNING.includes(status) ? null : (now - startedAt) / 1000),
  },
  {
    key: 'restarts',
    // As in `pm2 ls`.
    title: '↺',
    right: true,
    value: ({ restarts }) => restarts,
    text: ({ restarts }) => count(restarts),
  },
  { key: 'cpu', title: 'cpu', right: true, value: ({ cpu }) => cpu, text: ({ cpu }) => percent(cpu) },
  {
    key: 'memory',
    title: 'memory',
    right: true,
    value: ({ memoryBytes }) => memoryBytes,
    text: ({ memoryBytes }) => bytes(memoryBytes),
  },
  {
    key: 'loop',
    title: 'loop',
    right: true,
    value: ({ eventLoopDelay }) => eventLoopDelay,
    text: ({ eventLoopDelay }) => seconds(eventLoopDelay),
  },
  {
    key: 'requests',
    title: 'req/s',
    right: true,
    value: ({ requestsPerSecond }) => requestsPerSecond,
    text: ({ requestsPerSecond }) => count(requestsPerSecond),
  },
  {
    key: 'errors',
    title: 'err/s',
    right: true,
    value: ({ errorsPerSecond }) => errorsPerSecond,
    text: ({ errorsPerSecond }) => count(errorsPerSecond),
  },
  { key: 'p95', title: 'p95', right: true, value: ({ p95 }) => p95, text: ({ p95 }) => seconds(p95) },
  {
    key: 'sessions',
    title: 'sess',
    right: true,
    optional: true,
    value: ({ sessions }) => sessions,
    text: ({ sessions }) => (sessions === null ? '' : count(sessions)),
  },
  {
    key: 'note',
    title: 'note',
    optional: true,
    value: ({ odd }) => odd,
    text: ({ odd, why }) => [odd === null ? '' : `odd: ${odd}`, why ?? ''].filter((note) => note !== '').join('; '),
  },
];

export function moodOf({ status, blockedSince, errorsPerSecond, odd, why }: OverviewProcess): Mood {
  if (status === 'stopped') return 'quiet';
  if (status === 'errored' || status === 'unanswered' || blockedSince !== null || (errorsPerSecond ?? 0) > 0)
    return 'bad';
  return odd !== null || (why !== null && status !== 'online') ? 'odd' : undefined;
}

export function wordsOf({ app, namespace, pmId, status, blockedSince, odd, why }: OverviewProcess): string {
  const state = blockedSince === null ? status : `${status} blocked`;
  return [app, namespace ?? '', pmId, state, odd ?? '', why ?? ''].join(' ');
}

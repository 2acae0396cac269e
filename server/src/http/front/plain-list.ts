/** What `/` shows to a client that is no browser: what this server offers, and the processes. */
import { printable } from '../../../../core/values';
import type { Overview, ProcessOverview } from '../../overview';

export interface ListContent {
  readonly version: string;
  readonly overview: Overview;
}

/** In characters. */
const MAX_TEXT = 1000;

export function plainList({ version, overview: { problem, processes } }: ListContent): string {
  const lines = [
    `pm2-cluster-metrics ${version}`,
    '',
    '/metrics          all instances, one by one',
    '/metrics/cluster  the sums of each app',
    '/sd               the instances for Prometheus to discover',
    '/api/overview     the processes and how they are, as JSON',
    '/api/cardinality  what has how many series, as JSON',
    '/-/healthy        whether this server answers',
    '/-/ready          whether it reaches PM2',
    '',
    'A browser shows a live dashboard here.',
    '',
    ...(problem === null ? [] : [printable(problem, MAX_TEXT), '']),
    ...processes.flatMap((process) => [lineOf(process), ...stackOf(process)]),
  ];
  return `${lines.join('\n').trimEnd()}\n`;
}

function lineOf({ app, namespace, pmId, path, why }: ProcessOverview): string {
  const full = namespace === undefined ? app : `${app} in the namespace ${namespace}`;
  const name = path === null ? `${full} (${pmId})` : `${path}: ${full}`;
  return printable(why === null ? name : `${name}: ${why}`, MAX_TEXT);
}

function stackOf({ stack }: ProcessOverview): string[] {
  return stack === null ? [] : stack.split('\n').map((line) => `    ${printable(line, MAX_TEXT)}`);
}

/** All options of the metrics server. The command line, its help and the table in docs/metrics-server.md follow from it. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { boolean, gaugeRule, glob, list, number, oneOf, path, pathOrNone, secret, text } from './kinds';
import type { Kind } from './kinds';
import { LOG_LEVELS } from './options';
import type { ServerOptions } from './options';

export interface Option<T> {
  readonly kind: Kind<T>;
  readonly group: string;
  /** Placeholder of the value in the help. */
  readonly argument: string;
  readonly description: string;
  fallback(env: NodeJS.ProcessEnv): T;
  /** The result of {@link fallback} for readers. */
  readonly fallbackText: string;
}

type Table = { readonly [K in keyof ServerOptions]: Option<ServerOptions[K]> };
export type OptionName = keyof ServerOptions;

// Excluded names have a meaning of their own: bounds of histograms, and the official serializer's labels of the scope.
const label = text(
  'a label name of letters, digits and _ that does not begin with a digit, __ or otel_scope_ and is not le or quantile',
  /^(?!__|otel_scope_|(?:le|quantile)$)[a-zA-Z_][a-zA-Z0-9_]*$/,
);

export const TABLE: Table = {
  host: option(
    'Address',
    'name',
    text('a host name or an address', /^[a-zA-Z0-9.:_%-]+$/),
    '127.0.0.1',
    'Host name or address to listen at.',
  ),
  port: option(
    'Address',
    'number',
    number(0, 65_535, { whole: true }),
    15_050,
    'Port to listen at; 0 for any free port.',
  ),
  tlsCert: optional(
    'Address',
    'file',
    path(),
    'Certificate chain in PEM, for HTTPS instead of HTTP. Read again when it changes.',
  ),
  tlsKey: optional('Address', 'file', path(), 'Private key of the certificate in PEM. Read again when it changes.'),

  basicAuthUser: optional(
    'Access',
    'name',
    text('a user name without a colon', /^[^:\p{Cc}]+$/u),
    'User for basic authentication, with a password.',
  ),
  basicAuthPasswordFile: optional(
    'Access',
    'file',
    path(),
    "File with the user's password. Read again when it changes.",
  ),
  basicAuthPassword: optional('Access', 'password', secret(), "The user's password."),
  bearerTokenFiles: option(
    'Access',
    'file',
    list(path(), 'paths of files'),
    [],
    'Files with bearer tokens, one per line. Read again when they change.',
  ),
  bearerTokens: option('Access', 'token', list(secret(), 'tokens'), [], 'Bearer tokens.'),

  apps: option(
    'Scraping',
    'glob',
    list(glob(), 'globs'),
    [],
    'Names of the PM2 apps to ask.',
    'every app that answers',
  ),
  timeout: option(
    'Scraping',
    'seconds',
    number(0.1, 60, { whole: false }),
    5,
    'How long instances have to answer, if the scraper does not say how long it waits.',
  ),
  axmMonitor: option('Scraping', '', boolean(), false, 'Add the values of pm2 monit as the metric pm2_axm_monitor.'),

  appLabel: option('Output', 'label', label, 'pm2_app', "Label with the PM2 app's name."),
  namespaceLabel: option(
    'Output',
    'label',
    label,
    'pm2_namespace',
    "Label with the PM2 app's namespace, unless that is the default one.",
  ),
  instanceLabel: option('Output', 'label', label, 'pm_id', "Label with the instance's pm_id."),
  gauges: option(
    'Output',
    'glob=merge',
    list(gaugeRule(), 'rules, each glob=sum, avg, min, max or instance'),
    [],
    'How /metrics/cluster merges gauges whose name matches: sum, avg, min, max, or one series per instance. The first match counts.',
    'by its name',
  ),

  maxPayloadMb: option('Limits', 'MiB', number(1, 1024, { whole: true }), 64, 'Largest answer of one instance.'),
  maxInflatedMb: option(
    'Limits',
    'MiB',
    number(1, 4096, { whole: true }),
    512,
    'Largest answer of one instance once it is decompressed.',
  ),
  maxSeries: option(
    'Limits',
    'number',
    number(1, 100_000_000, { whole: true }),
    2_000_000,
    'Largest number of series of one instance.',
  ),
  maxEndedSeries: option(
    'Limits',
    'number',
    number(0, 100_000_000, { whole: true }),
    100_000,
    'Largest number of series per app that /metrics/cluster keeps although no running instance has them.',
  ),
  maxConnections: option(
    'Limits',
    'number',
    number(1, 65_535, { whole: true }),
    100,
    'Largest number of HTTP connections at a time.',
  ),

  threads: option(
    'Process',
    'number',
    number(1, 64, { whole: true }),
    1,
    'Number of worker threads, which merge and render.',
  ),
  stateFile: {
    ...option(
      'Process',
      'file',
      pathOrNone(),
      undefined,
      'File that keeps the sums of /metrics/cluster over a restart of this server; empty for none.',
    ),
    fallback: ({ PM2_HOME = resolve(homedir(), '.pm2') }) => resolve(PM2_HOME, 'pm2-metrics.state'),
    fallbackText: '`pm2-metrics.state` in the PM2 home',
  },
  exitWhenAlone: option(
    'Process',
    '',
    boolean(),
    false,
    'End this server when PM2 runs no other app any more, so that pm2-runtime and its container end too.',
  ),
  logLevel: option('Process', 'level', oneOf(LOG_LEVELS), 'info', 'Lowest level that is logged.'),
};

export const NAMES = Object.keys(TABLE) as readonly OptionName[];

/** How to name the configuration file. */
export const CONFIG = { flag: '--config', env: 'PM2_METRICS_CONFIG', setting: 'config' } as const;

export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export const ENV_PREFIX = 'PM2_METRICS_';

export function envOf(name: string): string {
  return ENV_PREFIX + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
}

function option<T>(
  group: string,
  argument: string,
  kind: Kind<T>,
  fallback: T,
  description: string,
  fallbackText = fallback === undefined ? '' : Array.isArray(fallback) ? 'none' : `\`${String(fallback)}\``,
): Option<T> {
  return { group, argument, kind, description, fallback: () => fallback, fallbackText };
}

function optional<T>(group: string, argument: string, kind: Kind<T>, description: string): Option<T | undefined> {
  return { group, argument, kind, description, fallback: () => undefined, fallbackText: 'none' };
}

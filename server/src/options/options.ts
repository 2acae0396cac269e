/** The metrics server's options, complete and valid. */
import type { LabelNames } from '../../protocol/labels';
import type { GaugeRule } from '../../protocol/tasks';
import type { Secret } from './secret';

export interface ServerOptions {
  /** Name or address to listen at. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tlsCert: string | undefined;
  /** Set if {@link tlsCert} is set, and only then. */
  readonly tlsKey: string | undefined;
  readonly basicAuthUser: string | undefined;
  /** With a user, either this or {@link basicAuthPassword} is set. */
  readonly basicAuthPasswordFile: string | undefined;
  readonly basicAuthPassword: Secret | undefined;
  /** One token per line. */
  readonly bearerTokenFiles: readonly string[];
  readonly bearerTokens: readonly Secret[];
  /** Names and globs of PM2 apps; empty for all. */
  readonly apps: readonly string[];
  /** How long instances have to answer, in seconds, if the scraper does not say how long it waits. */
  readonly timeout: number;
  readonly appLabel: string;
  readonly namespaceLabel: string;
  readonly instanceLabel: string;
  /** The first rule that matches a gauge counts. If none matches, the default rules apply. */
  readonly gauges: readonly GaugeRule[];
  readonly axmMonitor: boolean;
  /** Limit of one instance's answer as it arrives, in MiB. */
  readonly maxPayloadMb: number;
  /** Limit of one instance's answer once it is inflated, in MiB. */
  readonly maxInflatedMb: number;
  /** Limit per instance. */
  readonly maxSeries: number;
  /** Limit per app, of counters and histograms that no live instance has. */
  readonly maxEndedSeries: number;
  readonly maxConnections: number;
  /** Number of worker threads. */
  readonly threads: number;
  /** Path of the file that keeps the cluster's sums over a restart of the server; `undefined` for none. */
  readonly stateFile: string | undefined;
  /** Whether to end when PM2 runs no other app any more. */
  readonly exitWhenAlone: boolean;
  readonly logLevel: LogLevel;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Names of the labels that tell apps and instances apart. */
export function labelNames({ appLabel, namespaceLabel, instanceLabel }: ServerOptions): LabelNames {
  return { app: appLabel, namespace: namespaceLabel, instance: instanceLabel };
}

/** The metrics server's options as the rest of the code sees them: complete and valid. */
import type { GaugeRule } from '../../protocol/tasks';
import type { Secret } from './secret';

export interface ServerOptions {
  /** Name or address to listen at. */
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  readonly tlsCert: string | undefined;
  /** Given if {@link tlsCert} is. */
  readonly tlsKey: string | undefined;
  readonly basicAuthUser: string | undefined;
  /** With a user, either this or {@link basicAuthPassword} is given. */
  readonly basicAuthPasswordFile: string | undefined;
  readonly basicAuthPassword: Secret | undefined;
  /** One token per line. */
  readonly bearerTokenFiles: readonly string[];
  readonly bearerTokens: readonly Secret[];
  /** Names and globs of PM2 apps; empty for all. */
  readonly apps: readonly string[];
  /** For instances to answer, in seconds, where the scraper does not say how long it waits. */
  readonly timeout: number;
  readonly appLabel: string;
  readonly instanceLabel: string;
  /** The first one that matches counts; what none matches is left to the defaults of the merging. */
  readonly gauges: readonly GaugeRule[];
  readonly axmMonitor: boolean;
  /** Of one instance's answer as it arrives, in MiB. */
  readonly maxPayloadMb: number;
  /** Of one instance's answer once it is inflated, in MiB. */
  readonly maxInflatedMb: number;
  /** Per instance. */
  readonly maxSeries: number;
  /** Per app: counters and histograms that no live instance has. */
  readonly maxEndedSeries: number;
  readonly maxConnections: number;
  /** Worker threads. */
  readonly threads: number;
  /** Where the cluster's sums outlive a restart of the server; `undefined` for nowhere. */
  readonly stateFile: string | undefined;
  readonly logLevel: LogLevel;
}

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The library: exports the OpenTelemetry metrics of a process under PM2 to `pm2 monit` and to PM2's messages.
 *
 * @packageDocumentation
 */
import type { ResourceMetrics } from '../core/otel';
import { functionSource } from './collect/source';
import type { ExporterConfig } from './config/config';
import { startExporter, type Exporter } from './exporter';
import { consoleLogger, type Logger } from './logger';

export type { ExporterConfig, PmxMetricsConfig } from './config/config';
export type { Logger } from './logger';
export type { ResourceMetrics } from '../core/otel';

/** The configuration. Each key that is left out has its default. */
export type Pm2ExporterConfig = {
  readonly [Key in keyof ExporterConfig]?: ExporterConfig[Key] extends readonly unknown[]
    ? ExporterConfig[Key]
    : Partial<ExporterConfig[Key]>;
};

export interface Pm2ExporterOptions extends Pm2ExporterConfig {
  /**
   * Returns the metrics of the process, such as the `resourceMetrics` of a metric reader's `collect()`, with cumulative
   * temporality. Called once per interval, but not while an earlier call is under way: that one is waited for, up to 30
   * seconds. It may throw or reject: the log says so, the last numbers stay, and the next interval tries again.
   */
  readonly collect: () => ResourceMetrics | Promise<ResourceMetrics>;
  /** By default warnings and errors go to the console, and with `NODE_DEBUG=pm2-exporter` all lines. */
  readonly logger?: Logger;
}

export type Pm2Exporter = Exporter;

/**
 * Starts the exporter of this process. A process has one exporter: an active one is stopped first. Outside PM2 the
 * exporter only logs one line.
 *
 * Invalid values of the configuration have their defaults, and the log names them. After the start the exporter never
 * throws into the process, and it does not keep the process alive.
 *
 * @throws TypeError where `collect` is not a function
 */
export function startPm2Exporter(options: Pm2ExporterOptions): Pm2Exporter {
  const { collect, logger = consoleLogger, ...config } = options;
  if (typeof collect !== 'function') {
    throw new TypeError(
      `"collect" of startPm2Exporter() is ${typeof collect}, expected a function that returns ResourceMetrics`,
    );
  }
  return startExporter(functionSource(collect), config, logger);
}

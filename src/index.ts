/**
 * The library: metrics of any OpenTelemetry process that PM2 runs, in `pm2 monit` and by PM2's messages.
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

/** Any part of the configuration; what is left out has its default. */
export type Pm2ExporterConfig = {
  readonly [Key in keyof ExporterConfig]?: ExporterConfig[Key] extends readonly unknown[]
    ? ExporterConfig[Key]
    : Partial<ExporterConfig[Key]>;
};

export interface Pm2ExporterOptions extends Pm2ExporterConfig {
  /**
   * Returns the process's metrics, as a metric reader's `collect()` does in its `resourceMetrics`. Called once per
   * interval, never while an earlier call is still under way; it may throw or reject, and is asked again later.
   */
  readonly collect: () => ResourceMetrics | Promise<ResourceMetrics>;
  /** Warnings and errors go to the console by default. */
  readonly logger?: Logger;
}

export type Pm2Exporter = Exporter;

/**
 * Starts exporting. One exporter per process: a running one is stopped first. Not under PM2 nothing is started
 * but a line logged. Nothing that happens later throws into the process.
 */
export function startPm2Exporter(options: Pm2ExporterOptions): Pm2Exporter {
  const { collect, logger = consoleLogger, ...config } = options;
  if (typeof collect !== 'function') {
    throw new TypeError(`"collect" is ${typeof collect}, expected a function that returns ResourceMetrics`);
  }
  return startExporter(functionSource(collect), config, logger);
}

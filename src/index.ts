/**
 * The library: exports the OpenTelemetry metrics of a process under PM2 to `pm2 monit` and to PM2's messages.
 *
 * @packageDocumentation
 */
import type { ResourceMetrics } from '../core/otel';
import { StateLog } from '../core/state-log';
import { readSources } from './collect/sources/read-sources';
import type { MetricsSource } from './collect/sources/source';
import { combineSources } from './collect/sources/sources';
import type { ExporterConfig } from './config/config';
import { PROCESS_METRICS } from './config/default-metrics';
import { startExporter } from './exporter';
import { guardLogger, type Logger } from './logger';
import { configOf, optionOf } from './options';
import type { Exporter } from './running';

export type { MetricsSource } from './collect/sources/source';
export type { ExporterConfig, MetricEntry, MetricQuery, PmxMetricsConfig, VitalEntry } from './config/config';
export type { Logger } from './logger';
export type { ResourceMetrics } from '../core/otel';

/** The configuration. Each key that is left out has its default. */
export type Pm2ExporterConfig = {
  readonly [Key in keyof ExporterConfig]?: ExporterConfig[Key] extends readonly unknown[]
    ? ExporterConfig[Key]
    : Partial<ExporterConfig[Key]>;
};

/** Returns the metrics of the process, with cumulative temporality. */
export type CollectFunction = () => ResourceMetrics | Promise<ResourceMetrics>;

/** Where the metrics come from. Either `collect` or `sources` is needed; if there are both, `collect` is one more source. */
interface SourceOptions {
  /**
   * Returns the metrics of the process, such as the `resourceMetrics` of a metric reader's `collect()`, with cumulative
   * temporality. Called once per interval, but not while an earlier call is under way: that one is waited for, up to 30
   * seconds. It may throw or reject: the log says so, the last numbers stay, and the next interval tries again.
   */
  readonly collect: CollectFunction;
  /**
   * One or several sources, up to 100: what `promClientSource(register)` of the subpath `/prom-client` returns, other objects
   * that implement {@link MetricsSource}, and functions like {@link collect}.
   *
   * Several sources are collected at the same time. One that fails, or takes longer than 5 seconds, costs the others
   * nothing: its last numbers stay, and the log says which one it is. Of an attribute that the resources of several sources
   * have, the first one counts.
   */
  readonly sources: readonly (MetricsSource | CollectFunction)[];
}

type SomeSource =
  (Pick<SourceOptions, 'collect'> & Partial<SourceOptions>) | (Pick<SourceOptions, 'sources'> & Partial<SourceOptions>);

export type Pm2ExporterOptions = Pm2ExporterConfig & SomeSource & LoggerOption;

interface LoggerOption {
  /**
   * By default what a user must know goes to the console (stderr): warnings, errors, that the exporter is not started, and
   * that something works again. With `NODE_DEBUG=pm2-exporter` debug lines go there too.
   */
  readonly logger?: Logger;
}

export type Pm2Exporter = Pick<Exporter, 'active' | 'stop'>;

/**
 * Starts the exporter of this process. A process has one exporter: an active one is stopped first. Outside PM2, and where
 * PM2 runs another process of which this one is a part, the exporter only logs one line, which says what to do.
 *
 * Invalid values of the configuration have their defaults, and the log names them. A `logger` that throws, rejects or
 * lacks methods is replaced by the console for the lines that it does not take. Neither this function nor the exporter
 * throws anything else into the process, and the exporter does not keep the process alive.
 *
 * @throws TypeError if `collect` or an entry of `sources` is not a source, or if there is no source: a mistake in the program,
 * which no default can mend
 */
export function startPm2Exporter(options: Pm2ExporterOptions): Pm2Exporter {
  const sources = readSources(options);
  const logger = guardLogger(optionOf(options, 'logger'));
  const source = combineSources(sources, new StateLog(logger));
  const config = configOf(options, ['collect', 'sources', 'logger']);
  return startExporter(source, config, logger, PROCESS_METRICS);
}

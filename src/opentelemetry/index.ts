/**
 * The metric reader for OpenTelemetry: exports the metrics of a process under PM2, at a cost that follows what has changed.
 *
 * ```js
 * const provider = new MeterProvider({ readers: [new Pm2MetricReader()] });
 * ```
 *
 * @packageDocumentation
 */
import type { MetricReader } from '@opentelemetry/sdk-metrics';
import type { Pm2ExporterConfig, Pm2ExporterOptions } from '../index';
import type { Logger } from '../logger';
import { Reader } from './reader';

export interface Pm2MetricReaderOptions extends Pm2ExporterConfig {
  /**
   * By default what a user must know goes to the console (stderr): warnings, errors, that the exporter is not started, and
   * that something works again. With `NODE_DEBUG=pm2-exporter` debug lines go there too.
   */
  readonly logger?: Logger;
  /** What the process has beside OpenTelemetry, such as `promClientSource(register)`: see `sources` of `startPm2Exporter`. */
  readonly sources?: NonNullable<Pm2ExporterOptions['sources']>;
  /**
   * Whether collections are cut into slices, by default `true`. It relies on the inside of the SDK, in the versions with
   * which it was tested. With another version, and with `false`, the SDK collects in one go.
   */
  readonly slicedCollection?: boolean;
}

/**
 * Starts the exporter when a `MeterProvider` takes it up. A process has one exporter: an active one is stopped first.
 * Outside PM2 it only logs one line, and OpenTelemetry keeps nothing for it.
 *
 * Works with `@opentelemetry/sdk-metrics` 1.30, 2.x and 3.x, of which it loads nothing.
 */
export const Pm2MetricReader = Reader as unknown as new (options?: Pm2MetricReaderOptions) => MetricReader;
export type Pm2MetricReader = MetricReader;

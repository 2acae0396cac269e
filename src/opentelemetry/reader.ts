/**
 * The metric reader, which starts the exporter. It extends no class of the SDK, so that it works with the version that the
 * user has, and loads no other.
 */
import { messageOf } from '../../core/values';
import { StateLog } from '../../core/state-log';
import type { LabelledSource } from '../collect/sources/composite';
import { settlesWithin } from '../collect/sources/deadline';
import { readSources } from '../collect/sources/read-sources';
import { combineSources } from '../collect/sources/sources';
import { PROCESS_METRICS } from '../config/default-metrics';
import { readConfig } from '../config/read-config';
import { startExporter } from '../exporter';
import { guardLogger, type Logger } from '../logger';
import { configOf, optionOf } from '../options';
import type { Exporter } from '../running';
import { leaveSdk } from './leave';
import { ReaderSource } from './reader-source';
import { sdkStateOf, type SdkCollector, type SdkResult } from './sdk-state';
import { DEFAULT_AGGREGATION, DROP_AGGREGATION, temporalityOf } from './selections';

/** Options that are not part of the configuration. */
const OWN_OPTIONS = ['logger', 'slicedCollection', 'sources'];

/** If a reader was not given to a MeterProvider by then, the log says so. */
const BOUND_WITHIN_MS = 30_000;

interface Deadline {
  readonly timeoutMillis?: number | undefined;
}

/** By it a reader of another copy of this package is known. */
export const PM2_READER = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter reader');

export function isPm2Reader(reader: unknown): boolean {
  return typeof reader === 'object' && reader !== null && PM2_READER in reader;
}

/** `MetricReader` of sdk-metrics 1.30, 2.x and 3.x, by its methods. */
export class Reader {
  readonly [PM2_READER] = true;
  private readonly logger: Logger;
  private readonly config: unknown;
  private readonly maxSeries: number;
  private readonly source: ReaderSource;
  /** The sources that the process has beside OpenTelemetry. */
  private readonly others: readonly LabelledSource[];
  private readonly unboundTimer: NodeJS.Timeout;
  private collector: SdkCollector | undefined;
  private exporter: Exporter | undefined;
  private stopped: Promise<void> | undefined;
  /** Whether nothing is collected any more, or ever: outside PM2, and when the exporter has stopped. */
  private idle = false;

  /**
   * @param options as the user gave them, of any type
   * @param startWith starts the exporter, or has the source take part in one
   * @throws TypeError where an entry of `sources` is no source
   */
  constructor(
    options?: unknown,
    private readonly startWith: typeof startExporter = startExporter,
  ) {
    this.logger = guardLogger(optionOf(options, 'logger'));
    this.config = configOf(options, OWN_OPTIONS);
    const sources = optionOf(options, 'sources');
    this.others = sources === undefined ? [] : readSources({ sources });
    this.maxSeries = readConfig(this.config).config.maxSeries;
    this.source = new ReaderSource({
      logger: this.logger,
      sliced: this.isSliced(optionOf(options, 'slicedCollection')),
      onRelease: () => this.leave(),
    });
    this.unboundTimer = setTimeout(() => {
      this.logger.warn(
        'The Pm2MetricReader was not given to a MeterProvider, so no metrics are exported. Pass it in the readers of ' +
          'new MeterProvider(), or in the metricReaders of new NodeSDK()',
      );
    }, BOUND_WITHIN_MS);
    this.unboundTimer.unref();
  }

  private isSliced(option: unknown): boolean {
    if (option === undefined || typeof option === 'boolean') return option ?? true;
    const found = typeof option;
    this.logger.warn(`slicedCollection of the Pm2MetricReader is a ${found}, expected true or false: true is used`);
    return true;
  }

  /** Called by the MeterProvider. Starts the exporter. */
  setMetricProducer(collector: SdkCollector): void {
    if (this.collector !== undefined) throw new Error('MetricReader can not be bound to a MeterProvider again.');
    clearTimeout(this.unboundTimer);
    this.collector = collector;
    this.source.bind(collector);
    const all = [{ source: this.source, label: 'OpenTelemetry' }, ...this.others];
    const source = combineSources(all, new StateLog(this.logger));
    this.exporter = this.startWith(source, this.config, this.logger, PROCESS_METRICS);
    if (!this.exporter.active) this.leave();
  }

  selectAggregation(_instrumentType: unknown): object {
    return this.idle ? DROP_AGGREGATION : DEFAULT_AGGREGATION;
  }

  selectAggregationTemporality(instrumentType: unknown): number {
    return temporalityOf(instrumentType);
  }

  selectCardinalityLimit(_instrumentType: unknown): number {
    return this.idle ? 1 : this.maxSeries;
  }

  /** Collects for the caller. The exporter gets the same data with its next collection. */
  async collect(_options?: Deadline): Promise<SdkResult> {
    if (this.collector === undefined) throw new Error('MetricReader is not bound to a MetricProducer');
    if (this.idle || this.stopped !== undefined) throw new Error('MetricReader is shutdown');
    return this.source.takeWhole();
  }

  /** Collects, and gives the exporter the result. */
  async forceFlush(options?: Deadline): Promise<void> {
    if (this.stopped !== undefined || this.exporter === undefined) return;
    await within(this.exporter.flush(), options, 'forceFlush');
  }

  /** Collects for the last time, and stops the exporter. Repeatable. */
  async shutdown(options?: Deadline): Promise<void> {
    clearTimeout(this.unboundTimer);
    this.stopped ??= this.end(options);
    await this.stopped;
  }

  private async end(options: Deadline | undefined): Promise<void> {
    const { exporter } = this;
    if (exporter === undefined) return;
    try {
      await within(exporter.flush(), options, 'shutdown');
    } finally {
      await exporter.stop();
    }
  }

  /** The SDK must not keep for us what we do not collect. */
  private leave(): void {
    this.idle = true;
    // A MeterProvider takes up its reader only after it has given itself to the reader.
    queueMicrotask(() => {
      try {
        const sdk = this.collector && sdkStateOf(this.collector);
        if (sdk !== undefined) leaveSdk(sdk, this.collector as SdkCollector);
      } catch (error) {
        this.logger.debug(`OpenTelemetry's SDK goes on recording for the Pm2MetricReader: ${messageOf(error)}`);
      }
    });
  }
}

/** @throws Error when the time is over */
async function within(work: Promise<unknown>, options: Deadline | undefined, what: string): Promise<void> {
  const ms = options?.timeoutMillis;
  if (typeof ms !== 'number') await work;
  else if (!(await settlesWithin(work, ms))) throw new Error(`${what} of the Pm2MetricReader took more than ${ms} ms`);
}

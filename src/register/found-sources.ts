/** All that the preload finds in a process, as one exporter. */
import { StateLog } from '../../core/state-log';
import { CompositeSource } from '../collect/sources/composite';
import { guardSource } from '../collect/sources/guard';
import type { MetricsSource } from '../collect/sources/source';
import { PROCESS_METRICS } from '../config/default-metrics';
import { startExporter } from '../exporter';
import type { Logger } from '../logger';
import { configOf } from '../options';
import { isExporterActive, type Exporter } from '../running';
import { withServiceName } from './service-name';
import type { Settings } from './settings';

/** What is found until then is told in one line. */
const TELL_AFTER_MS = 3_000;
const NOTHING_AFTER_MS = 10_000;
/** Another preload may make metrics before PM2 has unpacked the environment: the exporter starts after that. */
const RETRY_MS = 100;
const MAX_SOURCES = 100;
const OWN_OPTIONS = ['slicedCollection'];

export class FoundSources {
  private readonly states: StateLog;
  private readonly composite: CompositeSource;
  private readonly sources = new Map<MetricsSource, { readonly guarded: MetricsSource; readonly what: string }>();
  private readonly labels = new Map<string, number>();
  private exporter: Exporter | undefined;
  private hasReader = false;
  private ended = false;
  private starting = false;
  /** Whether the log has told of something that is not exported. */
  private hasRefused = false;
  /** What the log has not told yet. */
  private untold: string[] = [];
  private telling: NodeJS.Timeout | undefined;
  private hasTold = false;

  constructor(
    private readonly settings: Settings,
    private readonly logger: Logger,
  ) {
    this.states = new StateLog(logger);
    this.composite = new CompositeSource([], this.states);
  }

  /** Whether what is found is exported: not where the app has an exporter of its own. */
  get isOpen(): boolean {
    return !this.ended && (this.exporter?.active ?? !isExporterActive());
  }

  /** @param what names it in a log line @returns whether it is exported */
  add(source: MetricsSource, label: string, what: string): boolean {
    if (!this.isOpen) return false;
    if (this.sources.size >= MAX_SOURCES) {
      this.tellOnce(
        'most',
        `More than ${MAX_SOURCES} registries and MeterProviders: the metrics of further ones are not exported`,
      );
      return false;
    }
    const number = (this.labels.get(label) ?? 0) + 1;
    this.labels.set(label, number);
    const own = number === 1 ? label : `${label} (${number})`;
    const guarded = guardSource(source, own, this.states);
    this.sources.set(source, { guarded, what });
    this.composite.add({ source: guarded, label: own });
    this.untold.push(what);
    if (this.exporter === undefined) this.startSoon();
    else this.tellSoon();
    return true;
  }

  /** For a reader of ours: the exporter is that of all sources. */
  addReader(source: MetricsSource, what: string): Exporter {
    this.hasReader = true;
    const isExported = this.add(source, 'OpenTelemetry', what);
    const isActive = (): boolean => isExported && this.isOpen;
    return {
      get active() {
        return isActive();
      },
      flush: () => this.exporter?.flush() ?? Promise.resolve(),
      // The last numbers of a MeterProvider that was shut down stay, beside those of other sources.
      stop: () => Promise.resolve(),
    };
  }

  drop(source: MetricsSource): void {
    const known = this.sources.get(source);
    if (known === undefined) return;
    this.sources.delete(source);
    this.untold = this.untold.filter((what) => what !== known.what);
    this.composite.remove(known.guarded);
    if (this.sources.size === 0) void this.exporter?.stop();
  }

  tell(line: string): void {
    this.logger.info(line);
  }

  tellOnce(key: string, line: string): void {
    this.hasRefused = true;
    this.states.warnOnce(key, line);
  }

  /** Tells later if there is nothing to export. */
  watch(describeEmpty: () => string | undefined): void {
    setTimeout(() => {
      if (!this.isOpen) return;
      const empty = describeEmpty();
      if (empty !== undefined) this.logger.info(`Of what the preload has found, ${empty}`);
      if (this.sources.size > 0 || this.hasRefused) return;
      this.logger.info(
        'The preload has found no metrics to export: the app has loaded neither @opentelemetry/sdk-metrics nor prom-client. ' +
          'If a bundler has put them into the app, or they were loaded by an earlier preload, start the exporter in the app: ' +
          'see docs/sources.md',
      );
    }, NOTHING_AFTER_MS).unref();
  }

  private startSoon(): void {
    if (this.starting) return;
    this.starting = true;
    // What the app makes in the same turn is exported from the beginning, and its own exporter comes first.
    setImmediate(() => this.start());
  }

  private start(): void {
    if (process.env['pm_id'] === undefined) {
      setTimeout(() => this.start(), RETRY_MS).unref();
      return;
    }
    this.starting = false;
    if (this.sources.size === 0 || this.ended) return;
    if (isExporterActive()) {
      this.end();
      return;
    }
    const named = withServiceName(this.composite, () => (this.hasReader ? this.settings.serviceName : undefined));
    const source = { ...named, release: () => this.end() };
    const config = configOf(this.settings.options, OWN_OPTIONS);
    this.exporter = startExporter(source, config, this.logger, PROCESS_METRICS);
    if (this.exporter.active) this.tellSoon();
    else this.end();
  }

  /** The app has started an exporter of its own, before or after ours, or there can be none. */
  private end(): void {
    if (this.ended) return;
    this.ended = true;
    clearTimeout(this.telling);
    this.composite.release();
    if (isExporterActive()) this.logger.info('The app starts the exporter itself: the preload adds nothing to it');
  }

  private tellSoon(): void {
    this.telling ??= setTimeout(() => {
      this.telling = undefined;
      const what = this.untold.join(', ');
      this.untold = [];
      this.logger.info(
        this.hasTold ? `The metrics of ${what}, found later, are exported too` : `The metrics of ${what} are exported`,
      );
      this.hasTold = true;
    }, TELL_AFTER_MS).unref();
  }
}

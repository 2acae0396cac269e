/**
 * The exporter of a Mashroom server, on whichever metrics collector the server has. This package's own collector has a tally,
 * from which the exporter takes what has changed. Any other one is asked for all metrics.
 */
import { StateLog } from '../../core/state-log';
import { messageOf } from '../../core/values';
import type { MetricsSource } from '../collect/sources/source';
import { combineSources } from '../collect/sources/sources';
import { startExporter } from '../exporter';
import type { Logger } from '../logger';
import type { Exporter } from '../running';
import type { MetricsService, PluginContextHolder } from './context';
import { TALLY, tallyOf, type SharedTally } from './found-tally';

const COLLECTOR = 'Mashroom Monitoring Metrics Collector Services';
/** The name in `collector/package.json`. */
const OWN_COLLECTOR = '@mashroom/mashroom-monitoring-pm2-exporter-collector';
const OTHER_COLLECTOR = '@mashroom/mashroom-monitoring-metrics-collector';
const REFUSED =
  'the server refuses the second one of two plugins with the same name, and Mashroom 2 is not ready ' +
  '(/mashroom/health/ready) as long as it has a plugin that it has refused';

export class ServerExporter {
  private exporter: Exporter | undefined;
  /** What the exporter was started with; `undefined` for another package's collector. */
  private tally: SharedTally | undefined;
  private stopped = false;

  constructor(
    private readonly contextHolder: PluginContextHolder,
    private readonly config: unknown,
    private readonly logger: Logger,
  ) {}

  start(): void {
    const service = this.service();
    this.tally = tallyOf(service);
    this.tellOfCollector(service);
    const part = this.tally?.attach();
    const source = this.watched(part?.source ?? this.servicesSource());
    const all = combineSources([{ source, label: "Mashroom's metrics collector" }], new StateLog(this.logger));
    this.exporter = startExporter(all, this.config, this.logger, undefined, part?.encoder);
  }

  stop(): void {
    this.stopped = true;
    void this.exporter?.stop();
  }

  /** Looks the service up each time, since a reload of the metrics collector replaces it. */
  private service(): MetricsService | undefined {
    return this.contextHolder.getPluginContext().services.metrics?.service;
  }

  private servicesSource(): MetricsSource {
    return {
      provider: () => this.presentService(),
      collect: (service) => (service as MetricsService).getOpenTelemetryResourceMetrics(),
    };
  }

  private presentService(): MetricsService {
    const service = this.service();
    if (service === undefined) throw new Error(`the plugin ${COLLECTOR} is not there. Install or enable it`);
    return service;
  }

  /** One collector may take the place of the other while the server runs: their numbers have nothing in common. */
  private watched(source: MetricsSource): MetricsSource {
    return {
      ...source,
      provider: () => {
        if (tallyOf(this.presentService()) !== this.tally) setImmediate(() => this.restart());
        return source.provider();
      },
    };
  }

  /** Never throws: nothing would catch it. */
  private restart(): void {
    try {
      if (this.stopped || tallyOf(this.service()) === this.tally) return;
      this.logger.info('The metrics collector was replaced by that of another package: the exporter starts again');
      void this.exporter?.stop();
      this.start();
    } catch (error) {
      this.logger.error(`The exporter could not start again with the new metrics collector: ${messageOf(error)}`);
    }
  }

  private tellOfCollector(service: MetricsService | undefined): void {
    const packages = this.pluginPackages();
    if (this.tally !== undefined) {
      this.logger.info(
        `The metrics come from the collector of this package (${OWN_COLLECTOR}), which hands over what has changed`,
      );
      if (packages.includes(OTHER_COLLECTOR)) {
        this.logger.warn(`${OTHER_COLLECTOR} is among the plugin packages too: ${REFUSED}. Remove that package`);
      }
      return;
    }
    // Where this package's collector has not started, it has said why.
    if (service === undefined || isOwn(service)) return;
    const line = 'The metrics come from the collector of another package than this one';
    if (!packages.includes(OWN_COLLECTOR)) this.logger.info(line);
    else {
      this.logger.warn(
        `${line}, though ${OWN_COLLECTOR} is among the plugin packages: ${REFUSED}. Remove the other package, or the ` +
          'folder of this one from pluginPackageFolders',
      );
    }
  }

  /** The names of the server's plugin packages, for a line in the log. */
  private pluginPackages(): readonly string[] {
    try {
      const { pluginService } = this.contextHolder.getPluginContext().services.core;
      return pluginService.getPluginPackages?.().map(({ name }) => name) ?? [];
    } catch {
      return [];
    }
  }
}

/** Whether it is a service of this package's collector, with a tally or not. */
function isOwn(service: MetricsService): boolean {
  try {
    return TALLY in service;
  } catch {
    return false;
  }
}

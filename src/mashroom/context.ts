/** The part of Mashroom's plugin context that is used here, as types: nothing of Mashroom is needed to build. */
import type { ResourceMetrics } from '../../core/otel';
import type { Logger } from '../logger';

export interface PluginContextHolder {
  /** The context of this moment: services in it are replaced when their plugin is reloaded. */
  getPluginContext(): PluginContext;
}

export interface PluginContext {
  readonly loggerFactory: (category: string) => Logger;
  readonly services: {
    readonly core: { readonly pluginService: PluginService };
    readonly metrics?: { readonly service?: CollectorService };
  };
}

export interface PluginService {
  /** Called before the plugin is reloaded or removed, not when the server stops. */
  onUnloadOnce(pluginName: string, listener: () => void): void;
}

/** The service of "Mashroom Monitoring Metrics Collector Services". */
export interface CollectorService {
  getOpenTelemetryResourceMetrics(): Promise<ResourceMetrics>;
}

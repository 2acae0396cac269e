/** Types of the part of Mashroom's plugin context that is used here, so that a build needs no package of Mashroom. */
import type { ResourceMetrics } from '../../core/otel';
import type { Logger } from '../logger';

export interface PluginContextHolder {
  /** Returns the current context. Mashroom replaces a service in it when the plugin of the service is reloaded. */
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
  /** Calls the listener before the plugin is reloaded or removed, but not when the server stops. */
  onUnloadOnce(pluginName: string, listener: () => void): void;
}

/** The service of the plugin "Mashroom Monitoring Metrics Collector Services". */
export interface CollectorService {
  getOpenTelemetryResourceMetrics(): Promise<ResourceMetrics>;
}

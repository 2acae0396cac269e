/** Types of the part of Mashroom's plugin context that is used here, so that a build needs no package of Mashroom. */
import type { ResourceMetrics } from '../../core/otel';
import type { Logger } from '../logger';

export interface PluginContextHolder {
  /** Returns the current context. Mashroom replaces a service in it when the plugin of the service is reloaded. */
  getPluginContext(): PluginContext;
}

export interface PluginContext {
  readonly loggerFactory: (category: string) => Logger;
  readonly serverConfig?: {
    readonly serverRootFolder?: string;
    readonly plugins?: Readonly<Record<string, unknown>>;
  };
  readonly services: {
    readonly core: { readonly pluginService: PluginService };
    readonly metrics?: { readonly service?: MetricsService };
  };
}

export interface PluginService {
  /** Calls the listener before the plugin is reloaded or removed, but not when the server stops. */
  onUnloadOnce(pluginName: string, listener: () => void): void;
  getPlugins(): readonly { readonly name: string; readonly status?: string }[];
  getPluginPackages?(): readonly { readonly name: string }[];
}

/** The service of the plugin "Mashroom Monitoring Metrics Collector Services", whichever of two packages it is from. */
export interface MetricsService {
  counter(name: string, help: string): { inc(by: number, labels: Labels): void };
  histogram(name: string, help: string): { record(value: number, labels: Labels): void };
  getOpenTelemetryResourceMetrics(): Promise<ResourceMetrics>;
}

type Labels = Record<string, string | number>;

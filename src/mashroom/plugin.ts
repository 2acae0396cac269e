/** The bootstrap of the Mashroom plugin. */
import type { MetricsSource } from '../collect/source';
import { startExporter } from '../exporter';
import type { CollectorService, PluginContextHolder } from './context';

const LOGGER_CATEGORY = 'mashroom.monitoring.pm2.exporter';

/**
 * @param pluginName the name under which Mashroom knows the plugin
 * @param pluginConfig default and server configuration merged, not validated
 * @returns the services of the plugin: none
 */
export default function bootstrap(
  pluginName: string,
  pluginConfig: unknown,
  contextHolder: PluginContextHolder,
): object {
  const { loggerFactory, services } = contextHolder.getPluginContext();
  const logger = loggerFactory(LOGGER_CATEGORY);
  try {
    const exporter = startExporter(collectorSource(contextHolder), pluginConfig, logger);
    services.core.pluginService.onUnloadOnce(pluginName, () => void exporter.stop());
  } catch (error) {
    // A bootstrap that throws would make the server's readiness fail for good.
    logger.error('The PM2 exporter could not be started:', error);
  }
  return {};
}

/** The metrics collector's service is looked up anew each time: it is another one after a reload. */
function collectorSource(contextHolder: PluginContextHolder): MetricsSource {
  return {
    provider() {
      const service = contextHolder.getPluginContext().services.metrics?.service;
      if (service === undefined) throw new Error('the metrics collector service is missing');
      return service;
    },
    collect: (service) => (service as CollectorService).getOpenTelemetryResourceMetrics(),
  };
}

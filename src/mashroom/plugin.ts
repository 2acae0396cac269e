/** The bootstrap of the Mashroom plugin. */
import { StateLog } from '../../core/state-log';
import type { MetricsSource } from '../collect/source';
import { combineSources } from '../collect/sources';
import { startExporter } from '../exporter';
import { guardLogger, type Logger } from '../logger';
import type { CollectorService, PluginContextHolder } from './context';

const LOGGER_CATEGORY = 'mashroom.monitoring.pm2.exporter';

/**
 * Starts the exporter. Never throws.
 *
 * @param pluginName the name of the plugin in the server
 * @param pluginConfig the default configuration merged with the server's, not validated
 * @returns the services of the plugin, of which there are none
 */
export default function bootstrap(
  pluginName: string,
  pluginConfig: unknown,
  contextHolder: PluginContextHolder,
): object {
  let logger: Logger = guardLogger(undefined);
  try {
    const { loggerFactory, services } = contextHolder.getPluginContext();
    logger = guardLogger(loggerFactory(LOGGER_CATEGORY));
    const source = { source: collectorSource(contextHolder), label: "Mashroom's metrics collector" };
    const exporter = startExporter(combineSources([source], new StateLog(logger)), pluginConfig, logger);
    services.core.pluginService.onUnloadOnce(pluginName, () => void exporter.stop());
  } catch (error) {
    // If a bootstrap throws, the server's readiness check fails until the server is restarted.
    logger.error('The PM2 exporter could not be started: PM2 gets no metrics of this server. The cause:', error);
  }
  return {};
}

/** Looks the service up each time, since a reload of the metrics collector replaces it. */
function collectorSource(contextHolder: PluginContextHolder): MetricsSource {
  return {
    provider() {
      const service = contextHolder.getPluginContext().services.metrics?.service;
      if (service === undefined) {
        throw new Error('the plugin Mashroom Monitoring Metrics Collector Services is not there. Install or enable it');
      }
      return service;
    },
    collect: (service) => (service as CollectorService).getOpenTelemetryResourceMetrics(),
  };
}

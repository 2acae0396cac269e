/** The bootstrap of the Mashroom plugin. */
import { guardLogger, type Logger } from '../logger';
import type { PluginContextHolder } from './context';
import { ServerExporter } from './server-exporter';

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
    const exporter = new ServerExporter(contextHolder, pluginConfig, logger);
    exporter.start();
    services.core.pluginService.onUnloadOnce(pluginName, () => exporter.stop());
  } catch (error) {
    // If a bootstrap throws, the server's readiness check fails until the server is restarted.
    logger.error('The PM2 exporter could not be started: PM2 gets no metrics of this server. The cause:', error);
  }
  return {};
}

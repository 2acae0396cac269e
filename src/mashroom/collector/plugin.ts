/** The bootstrap of the collector's services: a plugin in the place of Mashroom's own metrics collector. */
import setupNodeMetrics from 'opentelemetry-node-metrics';
import { messageOf } from '../../../core/values';
import { describeProblem } from '../../config/read-config';
import { newEncoder } from '../../exporter';
import { guardLogger, type Logger } from '../../logger';
import { ReaderSource } from '../../opentelemetry/reader-source';
import type { PluginContext, PluginContextHolder } from '../context';
import { TALLY, tallyOf } from '../found-tally';
import { CollectorReader } from './collector-reader';
import { readCollectorConfig } from './config';
import { Instruments } from './instruments';
import { createMeterProvider, serverRootOf } from './sdk';
import { CollectorService } from './service';
import { Tally } from './tally';

const LOGGER_CATEGORY = 'mashroom.monitoring.collector';
const METER = 'mashroom-monitoring-collector-service';
/** A callback of another plugin that takes longer is not waited for. */
const CALLBACKS_MS = 2500;

const processWide = globalThis as { [TALLY]?: Tally };

/** @returns the plugin's services. Never throws */
export default function bootstrap(
  pluginName: string,
  pluginConfig: unknown,
  contextHolder: PluginContextHolder,
): { readonly service: object } {
  let logger: Logger = guardLogger(undefined);
  try {
    const context = contextHolder.getPluginContext();
    logger = guardLogger(context.loggerFactory(LOGGER_CATEGORY));
    const settings = readCollectorConfig(pluginConfig, context.serverConfig);
    for (const problem of settings.problems) {
      logger.warn(`Configuration of the metrics collector: ${describeProblem(problem)}`);
    }
    const tally = (tallyOf(processWide) as Tally | undefined) ?? startTally(settings, context, logger);
    processWide[TALLY] = tally;
    const service = new CollectorService(tally, settings.config, logger);
    observePlugins(service, contextHolder);
    context.services.core.pluginService.onUnloadOnce(pluginName, () => service.shutdown());
    return { service };
  } catch (error) {
    const reason = messageOf(error);
    logger.error(`The metrics collector could not be started, so this server has no metrics: ${reason}`);
    return { service: serviceWithout(reason) };
  }
}

/** Once in the life of a process: what is counted outlives reloads. */
function startTally(
  { config, ...limits }: ReturnType<typeof readCollectorConfig>,
  { serverConfig }: PluginContext,
  logger: Logger,
): Tally {
  const source = new ReaderSource({ logger, sliced: true, callbacksMs: CALLBACKS_MS });
  const reader = new CollectorReader(source, config.cardinalityLimit);
  const provider = createMeterProvider(serverRootOf(serverConfig), reader, logger);
  const instruments = new Instruments(provider.getMeter(METER), logger);
  setupNodeMetrics(provider);
  return new Tally({ provider, source, encoder: newEncoder(limits), instruments, logger });
}

function observePlugins(service: CollectorService, contextHolder: PluginContextHolder): void {
  void service.addObservableCallback((observing) => {
    const plugins = contextHolder.getPluginContext().services.core.pluginService.getPlugins();
    const withStatus = (status: string): number => plugins.filter((plugin) => plugin.status === status).length;
    observing.gauge('mashroom_plugins_total', 'Mashroom Plugins Total').set(plugins.length);
    observing.gauge('mashroom_plugins_loaded_total', 'Mashroom Plugins Loaded').set(withStatus('loaded'));
    observing.gauge('mashroom_plugins_error_total', 'Mashroom Plugins with Status Error').set(withStatus('error'));
  });
}

/** A server whose plugins record into nothing is better than one whose plugins find no service and fail. */
function serviceWithout(reason: string): object {
  const metric = { inc: () => undefined, record: () => undefined, set: () => undefined };
  const trouble = `the metrics collector has not started: ${reason}`;
  return {
    // The exporter knows by the key whose service it is.
    [TALLY]: undefined,
    counter: () => metric,
    histogram: () => metric,
    addObservableCallback: () => Promise.resolve({ removeCallback: () => undefined }),
    getOpenTelemetryResourceMetrics: () => Promise.reject(new Error(trouble)),
    getOpenTelemetryMeterProvider: () => {
      throw new Error(trouble);
    },
    shutdown: () => undefined,
  };
}

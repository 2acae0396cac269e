'use strict';

/** Bootstrap of the collector's services: one SDK, what it measures, and its end with the plugin's. */

const { MetricsCollector } = require('./collector');
const { observeMashroom } = require('./mashroom-metrics');
const { observeNode } = require('./node-metrics');
const { addExtraSeries } = require('./extra-series');

/** Set to the name of another release line's package to run on that: `sdk-metrics-1`, `sdk-metrics-3`. */
const SDK = process.env.OTEL_SDK || '@opentelemetry/sdk-metrics';

module.exports = async function bootstrap(pluginName, _config, contextHolder) {
  const { loggerFactory, services } = contextHolder.getPluginContext();
  const logger = loggerFactory('mashroom.monitoring.collector');
  const collector = new MetricsCollector(SDK, logger);
  const stops = [
    observeNode(collector.meterProvider.getMeter('opentelemetry-node-metrics')),
    observeMashroom(collector, contextHolder),
    await addExtraSeries(collector, Number(process.env.DEMO_SERIES) || 0),
    () => collector.shutdown(),
  ];
  services.core.pluginService.onUnloadOnce(pluginName, () => {
    for (const stop of stops) stop();
  });
  return { service: collector.service, standIn: collector };
};

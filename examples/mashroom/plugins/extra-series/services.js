'use strict';

const { addExtraSeries } = require('../metrics-collector-stand-in/extra-series');

module.exports = async function bootstrap(pluginName, _config, contextHolder) {
  const { metrics, core } = contextHolder.getPluginContext().services;
  const stop = await addExtraSeries({ service: metrics.service }, Number(process.env.DEMO_SERIES) || 0);
  core.pluginService.onUnloadOnce(pluginName, stop);
  return {};
};

'use strict';

/** Starts the plugins of the collector's folder as Mashroom does. */

const path = require('node:path');

const folder = path.join(__dirname, 'node_modules/@mashroom/mashroom-monitoring-pm2-exporter/collector');
const { plugins } = require(path.join(folder, 'mashroom.json'));
const log = (line, ...details) => console.log(line, ...details);
const logger = { debug: log, info: log, warn: log, error: log };
const context = {
  loggerFactory: () => logger,
  serverConfig: { serverRootFolder: __dirname, plugins: {} },
  services: { core: { pluginService: { onUnloadOnce: () => undefined, getPlugins: () => [] } } },
};
const [services, middleware] = plugins.map(({ name, bootstrap, defaultConfig }) => {
  return require(path.resolve(folder, bootstrap)).default(name, defaultConfig, { getPluginContext: () => context });
});
console.log(`services: ${Object.keys(services.service).join()}`);
console.log(`middleware: ${middleware.length} parameters`);

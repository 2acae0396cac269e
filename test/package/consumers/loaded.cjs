'use strict';

/** Prints the files that the exporter has loaded in a process that seems to be started by PM2. */

process.env.pm_id = '0';
process.send ??= () => true;

const { startPm2Exporter } = require('@mashroom/mashroom-monitoring-pm2-exporter');

const logger = { debug() {}, info() {}, warn() {}, error() {} };
const collect = () => ({ resource: { attributes: {} }, scopeMetrics: [] });
const { active } = startPm2Exporter({ collect, logger });
const files = Object.keys(require.cache).map((file) => file.replaceAll('\\', '/'));
console.log(JSON.stringify({ active, files }));
process.exit();

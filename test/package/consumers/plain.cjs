// Outside PM2 nothing is started, and the process ends by itself.
const { startPm2Exporter } = require('@mashroom/mashroom-monitoring-pm2-exporter');
const exporter = startPm2Exporter({ collect: () => ({ resource: { attributes: {} }, scopeMetrics: [] }) });
console.log(`active: ${exporter.active}`);

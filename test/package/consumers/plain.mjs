// Outside PM2 nothing is started, and the process ends by itself.
import { startPm2Exporter } from '@mashroom/mashroom-monitoring-pm2-exporter';
const exporter = startPm2Exporter({ collect: () => ({ resource: { attributes: {} }, scopeMetrics: [] }) });
console.log(`active: ${exporter.active}`);

// An app of PM2 that has one counter.
const { startPm2Exporter } = require('@mashroom/mashroom-monitoring-pm2-exporter');

const dataPoints = [{ attributes: { route: '/' }, startTime: [1, 0], endTime: [2, 0], value: 3 }];
const descriptor = { name: 'visits', description: '', unit: '', type: 'COUNTER', valueType: 1 };
const metric = { descriptor, dataPointType: 3, aggregationTemporality: 1, isMonotonic: true, dataPoints };
const data = { resource: { attributes: {} }, scopeMetrics: [{ scope: { name: 'test' }, metrics: [metric] }] };

startPm2Exporter({ collect: () => data, mashroomMetrics: ['vis*'], intervalMs: 1000 });
setInterval(() => {}, 1000);

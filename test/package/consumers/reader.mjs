// Without OpenTelemetry's SDK and outside PM2: the reader loads, logs one line, and the process ends by itself.
import { Pm2MetricReader } from '@mashroom/mashroom-monitoring-pm2-exporter/opentelemetry';
const reader = new Pm2MetricReader();
reader.setMetricProducer({ collect: () => Promise.reject(new Error('nothing is collected')) });
console.log('active: false');

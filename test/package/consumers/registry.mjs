// Collects a registry that looks like one of prom-client, which need not be installed.
import { promClientSource } from '@mashroom/mashroom-monitoring-pm2-exporter/prom-client';
import { registry } from './registry-of-one-counter.cjs';
const source = promClientSource([registry]);
const { scopeMetrics } = await source.collect(source.provider());
console.log(scopeMetrics[0].metrics[0].dataPoints[0].value);

import {
  startPm2Exporter,
  type Pm2ExporterConfig,
  type ResourceMetrics,
} from '@mashroom/mashroom-monitoring-pm2-exporter';
import { promClientSource, type PromClientRegistry } from '@mashroom/mashroom-monitoring-pm2-exporter/prom-client';

declare const register: PromClientRegistry;
const config: Pm2ExporterConfig = { intervalMs: 5000, workers: { threads: 2 } };
const collect = async (): Promise<ResourceMetrics> => ({ resource: { attributes: {} }, scopeMetrics: [] });
const { active } = startPm2Exporter({ ...config, collect });
export const source = promClientSource(register);
export const isActive: boolean = active;

// @ts-expect-error -- a source is needed
startPm2Exporter({});

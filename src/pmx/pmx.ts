/** Starts what the exporter does with @pm2/io: the wanted switches of its own metrics, and our probes. Never throws. */
import type { PmxMetricsConfig } from '../config/config';
import type { Logger } from '../logger';
import { acquireIo } from './acquire-io';
import { applyPmxMetrics } from './own-metrics/pmx-metrics';
import { Probes } from './probes';

export interface PmxOptions {
  readonly pmxMetrics: PmxMetricsConfig;
  /** Limit on the number of probe names over the life of the process. */
  readonly maxProbes: number;
  readonly logger: Logger;
}

export interface Pmx {
  /** Shows nothing where the process has no usable @pm2/io. */
  readonly probes: Probes;
  /** Restores @pm2/io as it was before the start. Repeatable. */
  stop(): void;
}

export function startPmx({ pmxMetrics, maxProbes, logger }: PmxOptions): Pmx {
  const attempt = <T>(doing: string, work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      logger.warn(`${doing} failed, and pm2 monit may miss probes until the app is restarted. The cause:`, error);
      return undefined;
    }
  };
  const io = attempt('Finding the @pm2/io of this process', () => acquireIo(logger));
  const restore = io && attempt("Switching @pm2/io's own metrics", () => applyPmxMetrics(io, pmxMetrics, logger));
  const probes = new Probes(io, maxProbes, logger);
  return {
    probes,
    stop() {
      attempt('Taking the probes out of @pm2/io', () => probes.stop());
      attempt("Restoring @pm2/io's own metrics", () => restore?.());
    },
  };
}

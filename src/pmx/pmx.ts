/** All that the exporter does with @pm2/io: the user's choice of its own metrics, and our probes. Never throws. */
import type { PmxMetricsConfig } from '../config/config';
import type { Logger } from '../logger';
import type { ProbeSink } from '../probes/feed';
import { acquireIo } from './io';
import { applyPmxMetrics } from './pmx-metrics';
import { createProbes } from './probes';

export interface PmxOptions {
  readonly pmxMetrics: PmxMetricsConfig;
  /** Probe names in the life of the process at the most. */
  readonly maxProbes: number;
  readonly logger: Logger;
}

export interface Pmx extends ProbeSink {
  /** Brings @pm2/io back to what it was. Repeatable. */
  stop(): void;
}

export function startPmx({ pmxMetrics, maxProbes, logger }: PmxOptions): Pmx {
  let troubled = false;
  const safely = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!troubled) logger.warn('Working with @pm2/io failed:', error);
      troubled = true;
      return undefined;
    }
  };
  const io = safely(() => acquireIo(logger));
  if (io === undefined) return { names: { known: [], room: 0 }, show: () => undefined, stop: () => undefined };
  const undo = safely(() => applyPmxMetrics({ io, config: pmxMetrics, logger }));
  const probes = createProbes({ io, max: maxProbes, logger });
  return {
    get names() {
      return probes.names;
    },
    show: (values, leftOut) => safely(() => probes.set(values, leftOut)),
    stop() {
      safely(() => probes.stop());
      safely(() => undo?.());
    },
  };
}

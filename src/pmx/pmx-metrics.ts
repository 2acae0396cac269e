/**
 * Brings @pm2/io's own metrics to what the user has configured, and back.
 *
 * `io.init({ metrics })` would do the former, but it replaces all that the instance has: its probes, those of the app,
 * its exception handlers (which then are never removed) and its connection. So the features are reached one by one, and
 * only those are touched whose state is not the wanted one.
 */
import type { PmxMetricsConfig } from '../config/config';
import type { Logger } from '../logger';
import type { FeatureContext, Undo } from './feature';
import { switchHttp } from './http-feature';
import { metricServiceOf, type PmxIo } from './instance';
import { switchNetwork } from './network-feature';
import { FEATURES, wantedParts, type FeatureName } from './parts';
import { switchTimed } from './timed-feature';

export interface PmxMetricsOptions {
  readonly io: PmxIo;
  /** A feature that it does not mention stays as it is. */
  readonly config: PmxMetricsConfig;
  readonly logger: Logger;
}

/** @returns brings everything back to what it was; may be called again */
export function applyPmxMetrics({ io, config, logger }: PmxMetricsOptions): Undo {
  const service = metricServiceOf(io);
  if (service === undefined) return () => undefined;
  const undos: Undo[] = [];
  for (const feature of FEATURES) {
    const wanted = wantedParts(feature, config);
    if (wanted === undefined) continue;
    try {
      const undo = switchFeature(feature, { io, service, logger, wanted });
      if (undo) undos.push(undo);
    } catch (error) {
      logger.warn(`pmxMetrics.${feature} has no effect: this build of @pm2/io does not allow for it`);
      logger.debug('What went wrong there:', error);
    }
  }
  return () => {
    for (const undo of undos.splice(0).reverse()) {
      try {
        undo();
      } catch (error) {
        logger.debug("A metric of @pm2/io's own could not be brought back:", error);
      }
    }
  };
}

function switchFeature(feature: FeatureName, context: FeatureContext): Undo | undefined {
  switch (feature) {
    case 'v8':
    case 'runtime':
    case 'eventLoop':
      return switchTimed(feature, context);
    case 'http':
      return switchHttp(context);
    case 'network':
      return switchNetwork(context);
  }
}

/**
 * Turns the switches of @pm2/io's own metrics on and off as configured, and restores them.
 *
 * `io.init({ metrics })` could do that too, but it replaces everything that the object has: its probes, the app's
 * probes, the exception handlers (the old ones are then never removed) and the connection. So each feature is reached
 * by itself, and a feature that is in the wanted state already is left alone.
 */
import type { PmxMetricsConfig } from '../../config/config';
import type { Logger } from '../../logger';
import { metricServiceOf, type PmxIo } from '../io';
import type { FeatureContext, Restore } from './feature';
import { setHttpSwitch } from './http-feature';
import { setNetworkSwitches } from './network-feature';
import { FEATURES, wantedSwitches, type FeatureName } from './switches';
import { setTimedSwitches } from './timed-feature';

/**
 * @param config a feature that it does not mention stays as it is
 * @returns restores the state before the call; repeatable
 */
export function applyPmxMetrics(io: PmxIo, config: PmxMetricsConfig, logger: Logger): Restore {
  const service = metricServiceOf(io);
  if (service === undefined) return () => undefined;
  const restores: Restore[] = [];
  for (const feature of FEATURES) {
    const wanted = wantedSwitches(feature, config);
    if (wanted === undefined) continue;
    try {
      const restore = setSwitches(feature, { io, service, logger, wanted });
      if (restore) restores.push(restore);
    } catch (error) {
      logger.warn(
        `pmxMetrics.${feature} has no effect: this build of @pm2/io cannot switch its metrics. Remove the setting, or ` +
          'use PM2 5, 6 or 7',
      );
      logger.debug(`Switching pmxMetrics.${feature} failed:`, error);
    }
  }
  return () => {
    for (const restore of restores.splice(0).reverse()) {
      try {
        restore();
      } catch (error) {
        logger.debug("Restoring one of @pm2/io's own metrics failed:", error);
      }
    }
  };
}

function setSwitches(feature: FeatureName, context: FeatureContext): Restore | undefined {
  switch (feature) {
    case 'v8':
    case 'runtime':
    case 'eventLoop':
      return setTimedSwitches(feature, context);
    case 'http':
      return setHttpSwitch(context);
    case 'network':
      return setNetworkSwitches(context);
  }
}

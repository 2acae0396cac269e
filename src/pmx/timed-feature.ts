/** Switches those of @pm2/io's metrics that read something at intervals: heap, event loop, runtime statistics. */
import { isRecord } from '../../core/values';
import { featureOf, type FeatureContext, type Undo } from './feature';
import { metricServiceOf, sendGone } from './instance';
import { activeParts, allParts, configOf, probesOf, sameParts, type FeatureName, type Part } from './parts';

type TimedFeatureName = Extract<FeatureName, 'v8' | 'runtime' | 'eventLoop'>;

interface TimedFeature {
  init(config: object): void;
  /** Ends the timers and listeners; leaves the probes. */
  destroy(): void;
}

const NAMES_IN_PMX: Readonly<Record<TimedFeatureName, string>> = {
  v8: 'v8',
  runtime: 'runtime',
  eventLoop: 'eventloop',
};

export function switchTimed(feature: TimedFeatureName, context: FeatureContext): Undo | undefined {
  const { io, service, logger, wanted } = context;
  const before = activeParts(service, feature);
  if (sameParts(before, wanted)) return undefined;
  if (feature === 'runtime' && !hasRuntimeStats(io.runtimeStatsService)) {
    logger.debug('pmxMetrics.runtime needs the package @pm2/node-runtime-stats in the app, which is not there');
    return undefined;
  }
  const instance = timedFeature(featureOf(io, NAMES_IN_PMX[feature]));
  const change = (from: ReadonlySet<Part>, to: ReadonlySet<Part>): void => {
    // Stopped first in any case: starting anew would leave the running timers to nobody.
    if (from.size > 0) instance.destroy();
    const stale = probesOf(service, feature, allParts(feature));
    for (const { name } of stale) service.metrics.delete(name);
    if (to.size > 0) instance.init(configOf(feature, to));
    sendGone(
      io,
      stale.filter(({ name }) => !service.metrics.has(name)),
    );
  };
  change(before, wanted);
  return () => {
    // After an `io.init()` of the app's own there is nothing of it left.
    if (metricServiceOf(io) === service) change(wanted, before);
  };
}

function hasRuntimeStats(service: unknown): boolean {
  return isRecord(service) && service['enabled'] === true;
}

function timedFeature(feature: Record<string, unknown>): TimedFeature {
  if (typeof feature['init'] !== 'function' || typeof feature['destroy'] !== 'function') throw new Error('no switch');
  return feature as unknown as TimedFeature;
}

/** The switches of the features that @pm2/io measures at intervals: heap, event loop, runtime statistics. */
import { isRecord } from '../../../core/values';
import { metricServiceOf, sendGone } from '../io';
import { featureOf, type FeatureContext, type Restore } from './feature';
import { activeSwitches, areEqual, configOf, probesOf, switchesOf, type FeatureName, type Switch } from './switches';

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

export function setTimedSwitches(name: TimedFeatureName, context: FeatureContext): Restore | undefined {
  const { io, service, logger, wanted } = context;
  const before = activeSwitches(service, name);
  if (areEqual(before, wanted)) return undefined;
  if (name === 'runtime' && !hasRuntimeStats(io.runtimeStatsService)) {
    logger.debug('pmxMetrics.runtime has no effect: install @pm2/node-runtime-stats in the app to have these metrics');
    return undefined;
  }
  const feature = timedFeature(featureOf(io, NAMES_IN_PMX[name]));
  const change = (from: ReadonlySet<Switch>, to: ReadonlySet<Switch>): void => {
    // Stop it first in any case: a second init() would lose the handles of the timers that are running.
    if (from.size > 0) feature.destroy();
    const stale = probesOf(service, name, switchesOf(name));
    for (const probe of stale) service.metrics.delete(probe.name);
    if (to.size > 0) feature.init(configOf(name, to));
    sendGone(
      io,
      stale.filter((probe) => !service.metrics.has(probe.name)),
    );
  };
  change(before, wanted);
  return () => {
    // After an `io.init()` of the app there is nothing left to restore.
    if (metricServiceOf(io) === service) change(wanted, before);
  };
}

function hasRuntimeStats(service: unknown): boolean {
  return isRecord(service) && service['enabled'] === true;
}

function timedFeature(feature: Record<string, unknown>): TimedFeature {
  if (typeof feature['init'] !== 'function' || typeof feature['destroy'] !== 'function') {
    throw new Error('the feature has no init() or no destroy()');
  }
  return feature as unknown as TimedFeature;
}

/** What all features of @pm2/io's own metrics have in common, and how they are reached. */
import { isRecord } from '../../../core/values';
import type { Logger } from '../../logger';
import { type PmxIo, type PmxMetricService } from '../io';
import type { Switch } from './switches';

export interface FeatureContext {
  readonly io: PmxIo;
  readonly service: PmxMetricService;
  readonly logger: Logger;
  /** The switches that are to be on. */
  readonly wanted: ReadonlySet<Switch>;
}

/** Restores the earlier state of a feature. */
export type Restore = () => void;

/** @throws Error where this build of @pm2/io has no such feature */
export function featureOf(io: PmxIo, name: string): Record<string, unknown> {
  const metrics = get(io.featureManager, 'metrics');
  const feature = get(metrics, name);
  if (!isRecord(feature)) throw new Error(`@pm2/io has no feature ${name}`);
  return feature;
}

function get(holder: unknown, name: string): unknown {
  if (!isRecord(holder) || typeof holder['get'] !== 'function') throw new Error('@pm2/io has no feature manager');
  return (holder as unknown as { get(name: string): unknown }).get(name);
}

/** What the switches of @pm2/io's own metrics have in common, and how its features are reached. */
import { isRecord } from '../../core/values';
import type { Logger } from '../logger';
import type { PmxIo, PmxMetricService } from './instance';
import type { Part } from './parts';

export interface FeatureContext {
  readonly io: PmxIo;
  readonly service: PmxMetricService;
  readonly logger: Logger;
  readonly wanted: ReadonlySet<Part>;
}

/** Brings a feature back to what it was. */
export type Undo = () => void;

/** @throws where this build of @pm2/io has no such feature */
export function featureOf(io: PmxIo, name: string): Record<string, unknown> {
  const metrics = get(io.featureManager, 'metrics');
  const feature = get(metrics, name);
  if (!isRecord(feature)) throw new Error(`no feature ${name}`);
  return feature;
}

function get(holder: unknown, name: string): unknown {
  if (!isRecord(holder) || typeof holder['get'] !== 'function') throw new Error('no features');
  return (holder as unknown as { get(name: string): unknown }).get(name);
}

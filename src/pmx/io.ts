/**
 * The part of @pm2/io that the exporter uses. Builds of @pm2/io differ in their internals and some have no version
 * number, so the exporter checks for the members that it needs, never for a version.
 */
import { isRecord } from '../../core/values';

/** A probe as @pm2/io holds it. Every second @pm2/io calls `handler`, keeps the result as `value`, and sends that. */
export interface PmxMetric {
  readonly name: string;
  /** `internal/…`, set only for @pm2/io's own metrics. */
  readonly id?: string | undefined;
  readonly historic?: boolean | undefined;
  unit?: string | undefined;
  readonly implementation?: unknown;
  readonly value?: unknown;
}

export interface PmxMetricService {
  readonly metrics: Map<string, PmxMetric>;
}

export interface PmxGauge {
  set(value: number | string): void;
}

export interface PmxMetricOptions {
  readonly name: string;
  readonly id?: string;
  readonly historic?: boolean;
  readonly unit?: string;
}

/** Members that are not part of @pm2/io's public interface are `unknown`: each use checks them first. */
export interface PmxIo {
  metric(options: PmxMetricOptions): PmxGauge;
  /** Replaced by each `io.init()`, which an app may call at any time. */
  readonly metricService: unknown;
  readonly transport?: unknown;
  readonly featureManager?: unknown;
  readonly runtimeStatsService?: unknown;
}

export const IO_KEY = Symbol.for('@pm2/io');

/** Replaces a number that will not be renewed, since PM2's daemon never forgets the name of a probe. */
export const GONE = '-';

export function isUsable(io: unknown): io is PmxIo {
  return isRecord(io) && typeof io['metric'] === 'function' && metricServiceOf(io) !== undefined;
}

/** The current service. Ask for it at each use: an app's own `io.init()` replaces it. */
export function metricServiceOf(io: { readonly metricService?: unknown }): PmxMetricService | undefined {
  const service = io.metricService;
  return isRecord(service) && service['metrics'] instanceof Map ? (service as unknown as PmxMetricService) : undefined;
}

/**
 * Sends {@link GONE} to PM2's daemon for these probes, once and immediately. Leaves out the probes that were never
 * sent: the daemon would learn their names by it.
 */
export function sendGone(io: PmxIo, metrics: Iterable<PmxMetric>): void {
  const { transport } = io;
  const known = [...metrics].filter(({ value }) => value !== undefined && value !== null && !Number.isNaN(value));
  // @pm2/io ends the process when it sends over a closed channel.
  if (known.length === 0 || !process.connected) return;
  if (!isRecord(transport) || typeof transport['setMetrics'] !== 'function') return;
  const gone = known.map(({ name, id, historic, unit }) => ({ name, id, historic, unit, value: GONE }));
  (transport as unknown as { setMetrics(metrics: readonly PmxMetric[]): void }).setMetrics(gone);
}

/**
 * What we use of an @pm2/io instance. Builds differ in their insides and not all of them tell their version, so nothing
 * goes by versions: what is needed is looked for.
 */
import { isRecord } from '../../core/values';

/** A probe as @pm2/io holds it. Every second it calls `handler`, keeps the answer as `value`, and sends that. */
export interface PmxMetric {
  readonly name: string;
  /** Set for @pm2/io's own ones only, `internal/…`. */
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

/** The parts of @pm2/io that we use. Those that are not public are `unknown` until they have been looked at. */
export interface PmxIo {
  metric(options: PmxMetricOptions): PmxGauge;
  /** Another one after each `io.init()`, which an app may call at any time. */
  readonly metricService: unknown;
  readonly transport?: unknown;
  readonly featureManager?: unknown;
  readonly runtimeStatsService?: unknown;
}

export const IO_KEY = Symbol.for('@pm2/io');

/** What is shown in place of a number that nobody will renew: PM2's daemon never forgets a probe's name. */
export const GONE = '-';

export function isUsable(io: unknown): io is PmxIo {
  return isRecord(io) && typeof io['metric'] === 'function' && metricServiceOf(io) !== undefined;
}

/** The service in force. Not to be kept: an app's own `io.init()` replaces it. */
export function metricServiceOf(io: { readonly metricService?: unknown }): PmxMetricService | undefined {
  const service = io.metricService;
  return isRecord(service) && service['metrics'] instanceof Map ? (service as unknown as PmxMetricService) : undefined;
}

/**
 * Tells PM2's daemon, once and now, that these probes are over. Only those that it has heard of: others would
 * thereby become known.
 */
export function sendGone(io: PmxIo, metrics: Iterable<PmxMetric>): void {
  const { transport } = io;
  const known = [...metrics].filter(({ value }) => value !== undefined && value !== null && !Number.isNaN(value));
  // Without its channel @pm2/io would end the process.
  if (known.length === 0 || !process.connected) return;
  if (!isRecord(transport) || typeof transport['setMetrics'] !== 'function') return;
  const gone = known.map(({ name, id, historic, unit }) => ({ name, id, historic, unit, value: GONE }));
  (transport as unknown as { setMetrics(metrics: readonly PmxMetric[]): void }).setMetrics(gone);
}

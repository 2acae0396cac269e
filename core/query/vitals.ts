/** The few numbers that tell whether a process is well, and the metrics that libraries have for them. */
import type { Query } from './query';

export const VITALS = ['requests', 'errors', 'latency', 'eventLoop', 'sessions'] as const;

/**
 * - `requests`: per second, that the process has answered
 * - `errors`: of these, per second, the ones with status 5xx
 * - `latency`: 95th percentile of the time to an answer, in seconds
 * - `eventLoop`: 99th percentile of the delay of the event loop, in seconds
 * - `sessions`: that are open
 */
export type Vital = (typeof VITALS)[number];

/** A query whose value times `scale` is the vital. */
export interface VitalQuery extends Query {
  /** To the vital's unit: 0.001 for metrics in milliseconds. */
  readonly scale?: number;
}

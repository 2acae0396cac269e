/** What a reader selects for instruments: temporality, aggregation and the number of series. For all versions of the SDK. */
import { AggregationTemporality } from '../../core/otel';
import { defaultAggregator, DROP_AGGREGATOR } from './aggregators/default-aggregator';

/** Of `AggregationType` since 2.0. Before, an aggregation is an object that makes aggregators. */
export const DEFAULT_AGGREGATION = { type: 0, createAggregator: defaultAggregator };
export const DROP_AGGREGATION = { type: 1, createAggregator: () => DROP_AGGREGATOR };

/**
 * Deltas where the SDK counts deltas, so that a collection costs what has changed. Observable instruments give totals, of
 * which the SDK would have to compute deltas.
 */
export function temporalityOf(instrumentType: unknown): number {
  return String(instrumentType).startsWith('OBSERVABLE')
    ? AggregationTemporality.CUMULATIVE
    : AggregationTemporality.DELTA;
}

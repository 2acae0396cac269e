/** What OpenTelemetry's SDK 1.30 asks of an aggregator, and what all of them do alike. */
import type { Attributes, Descriptor, HrTime, MetricData } from '../../../core/otel';

export interface Accumulation {
  startTime: HrTime;
  record(value: number): void;
  setStartTime(startTime: HrTime): void;
  toPointValue(): unknown;
}

export type Records<A> = readonly (readonly [Attributes, A])[];

export abstract class Aggregator<A extends Accumulation> {
  /** By the SDK's enumeration. */
  abstract readonly kind: number;
  protected abstract readonly dataPointType: number;

  abstract createAccumulation(startTime: HrTime): A;
  /** @returns what both have recorded, the later one second */
  abstract merge(previous: A, delta: A): A;
  /** @returns what was recorded from one cumulative observation to the next */
  abstract diff(previous: A, current: A): A;

  toMetricData(descriptor: Descriptor, temporality: number, records: Records<A>, endTime: HrTime): MetricData {
    const dataPoints = records.map(([attributes, accumulation]) => {
      return { attributes, startTime: accumulation.startTime, endTime, value: this.shown(accumulation) };
    });
    return { descriptor, aggregationTemporality: temporality, dataPointType: this.dataPointType, dataPoints };
  }

  /** The value of a data point. */
  protected shown(accumulation: A): unknown {
    return accumulation.toPointValue();
  }
}

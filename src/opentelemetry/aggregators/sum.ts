/** Sums: those of monotonic instruments ignore negative numbers, and begin again when an observation is less than before. */
import { DataPointType, type Descriptor, type HrTime, type MetricData } from '../../../core/otel';
import { Aggregator, type Accumulation, type Records } from './aggregator';

class SumAccumulation implements Accumulation {
  constructor(
    public startTime: HrTime,
    private readonly monotonic: boolean,
    private current = 0,
    /** Whether a monotonic sum has begun again. */
    readonly reset = false,
  ) {}

  record(value: number): void {
    if (!this.monotonic || !(value < 0)) this.current += value;
  }

  setStartTime(startTime: HrTime): void {
    this.startTime = startTime;
  }

  toPointValue(): number {
    return this.current;
  }
}

export class SumAggregator extends Aggregator<SumAccumulation> {
  readonly kind = 1;
  protected readonly dataPointType = DataPointType.SUM;

  constructor(private readonly monotonic: boolean) {
    super();
  }

  createAccumulation(startTime: HrTime): SumAccumulation {
    return new SumAccumulation(startTime, this.monotonic);
  }

  merge(previous: SumAccumulation, delta: SumAccumulation): SumAccumulation {
    const value = delta.toPointValue();
    if (delta.reset) return new SumAccumulation(delta.startTime, this.monotonic, value, true);
    return new SumAccumulation(previous.startTime, this.monotonic, previous.toPointValue() + value);
  }

  diff(previous: SumAccumulation, current: SumAccumulation): SumAccumulation {
    const before = previous.toPointValue();
    const now = current.toPointValue();
    if (this.monotonic && before > now) return new SumAccumulation(current.startTime, true, now, true);
    return new SumAccumulation(current.startTime, this.monotonic, now - before);
  }

  override toMetricData(
    descriptor: Descriptor,
    temporality: number,
    records: Records<SumAccumulation>,
    endTime: HrTime,
  ): MetricData {
    return { ...super.toMetricData(descriptor, temporality, records, endTime), isMonotonic: this.monotonic };
  }
}

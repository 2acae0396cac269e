/** The last value that was recorded. */
import { DataPointType, type HrTime } from '../../../core/otel';
import { Aggregator, type Accumulation } from './aggregator';

class LastValueAccumulation implements Accumulation {
  constructor(
    public startTime: HrTime,
    private current = 0,
    /** Epoch milliseconds; 0 before the first recording. */
    public recordedAt = 0,
  ) {}

  record(value: number): void {
    this.current = value;
    this.recordedAt = Date.now();
  }

  setStartTime(startTime: HrTime): void {
    this.startTime = startTime;
  }

  toPointValue(): number {
    return this.current;
  }
}

export class LastValueAggregator extends Aggregator<LastValueAccumulation> {
  readonly kind = 2;
  protected readonly dataPointType = DataPointType.GAUGE;

  createAccumulation(startTime: HrTime): LastValueAccumulation {
    return new LastValueAccumulation(startTime);
  }

  merge(previous: LastValueAccumulation, delta: LastValueAccumulation): LastValueAccumulation {
    return laterOf(previous, delta, previous.startTime);
  }

  diff(previous: LastValueAccumulation, current: LastValueAccumulation): LastValueAccumulation {
    return laterOf(previous, current, current.startTime);
  }
}

function laterOf(a: LastValueAccumulation, b: LastValueAccumulation, startTime: HrTime): LastValueAccumulation {
  const later = b.recordedAt >= a.recordedAt ? b : a;
  return new LastValueAccumulation(startTime, later.toPointValue(), later.recordedAt);
}

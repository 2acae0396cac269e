/** The metric reader of the collector, for OpenTelemetry's SDK: what it collects stays with the tally. */
import { PM2_READER } from '../../opentelemetry/reader';
import type { ReaderSource } from '../../opentelemetry/reader-source';
import type { SdkCollector, SdkResult } from '../../opentelemetry/sdk-state';
import { DEFAULT_AGGREGATION, temporalityOf } from '../../opentelemetry/selections';

/** `MetricReader` of sdk-metrics 1.30, 2.x and 3.x, by its methods. */
export class CollectorReader {
  /** By it the preload knows that the MeterProvider needs no further reader. */
  readonly [PM2_READER] = true;

  constructor(
    private readonly source: ReaderSource,
    private readonly cardinalityLimit: number,
  ) {}

  setMetricProducer(collector: SdkCollector): void {
    this.source.bind(collector);
  }

  selectAggregation(): object {
    return DEFAULT_AGGREGATION;
  }

  selectAggregationTemporality(instrumentType: unknown): number {
    return temporalityOf(instrumentType);
  }

  selectCardinalityLimit(): number {
    return this.cardinalityLimit;
  }

  /** What it returns is in the next snapshot as well. */
  collect(): Promise<SdkResult> {
    return this.source.takeWhole();
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  /** What was counted until then stays. */
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

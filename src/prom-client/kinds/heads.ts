/** What all series of a metric share, as the encoder takes it. */
import {
  AGGREGATORS,
  AggregationTemporality,
  DataPointType,
  type Aggregator,
  type Changes,
  type DataPoint,
  type Descriptor,
  type MetricData,
} from '../../../core/otel';
import { messageOf } from '../../../core/values';
import type { ForeignMetric } from './shapes';

/** What all metrics of a registry share. */
export interface RegistryHead {
  /** Whether its text is OpenMetrics, in which the library ends the name of each counter in `_total`. */
  readonly isOpenMetrics: boolean;
}

interface Described {
  readonly name: string;
  readonly help?: unknown;
  readonly aggregator?: unknown;
}

/** Makes a metric's head, the same objects again while nothing has changed. */
export class Head {
  private described: Described = { name: '' };
  private descriptor: Descriptor | undefined;
  private rule: { aggregator?: Aggregator } = {};

  constructor(
    private readonly dataPointType: number,
    private readonly isMonotonic: boolean,
  ) {}

  data(
    metric: Described,
    { isOpenMetrics }: RegistryHead,
    dataPoints: readonly DataPoint[],
    changes?: Changes,
  ): MetricData {
    const { dataPointType, isMonotonic } = this;
    const isCounter = dataPointType === DataPointType.SUM;
    const name = isOpenMetrics && isCounter && !metric.name.endsWith('_total') ? `${metric.name}_total` : metric.name;
    const { help, aggregator } = metric;
    const { described } = this;
    if (name !== described.name || help !== described.help || aggregator !== described.aggregator) {
      this.described = { name, help, aggregator };
      this.descriptor = { name, description: typeof help === 'string' ? help : '', unit: '', naming: 'prometheus' };
      // "sum" is what the libraries set if the app chooses nothing: for such gauges the metrics server has rules by name.
      const rule = AGGREGATORS.find((one) => one === aggregator && one !== 'sum');
      this.rule = rule === undefined ? {} : { aggregator: rule };
    }
    const descriptor = this.descriptor as Descriptor;
    const aggregationTemporality = AggregationTemporality.CUMULATIVE;
    return { descriptor, dataPointType, aggregationTemporality, isMonotonic, ...this.rule, changes, dataPoints };
  }
}

/** A sentence of one metric for the log. */
export function describe(metric: ForeignMetric, trouble: string): string {
  let name = '';
  try {
    name = String(metric.name);
  } catch {
    // The sentence has no name then.
  }
  return `metric ${JSON.stringify(name.slice(0, 200))}: ${trouble}`;
}

export function failed(metric: ForeignMetric, what: string, error: unknown): string {
  return describe(metric, `${what}: ${messageOf(error)}`);
}

/** Data points of what a metric's public `get()` returns: one value for each line of the library's text. */
import { DataPointType, type Attributes } from '../../../core/otel';
import { attributesOf, type DefaultLabels } from '../kinds/attributes';
import { exemplarOf, type KeptPoint, type Moment } from '../kinds/kinds';
import { isObject, type ForeignExemplar, type Labels } from '../kinds/shapes';

export interface PublicMetric {
  readonly name: string;
  readonly help?: unknown;
  readonly type?: unknown;
  readonly aggregator?: unknown;
  readonly values: readonly PublicValue[];
}

interface PublicValue {
  readonly value: unknown;
  readonly labels?: Labels;
  /** Of histograms and summaries: the name with `_bucket`, `_sum` or `_count`. */
  readonly metricName?: string;
  readonly exemplar?: ForeignExemplar | null;
}

/** The lines of one series. */
interface Lines {
  readonly attributes: Attributes;
  /** By the text of `le` or `quantile`, in the order of the lines. */
  readonly parts: Map<string, PublicValue>;
  count: number;
  sum: number;
  value: number;
  exemplar: ForeignExemplar | null | undefined;
}

export function isPublicMetric(value: unknown): value is PublicMetric {
  return isObject(value) && typeof value['name'] === 'string' && Array.isArray(value['values']);
}

export function dataPointTypeOf({ type }: PublicMetric): number {
  if (type === 'counter') return DataPointType.SUM;
  if (type === 'histogram') return DataPointType.HISTOGRAM;
  return type === 'summary' ? DataPointType.SUMMARY : DataPointType.GAUGE;
}

/** The data points of a metric, of which attributes and start times stay as long as their series. */
export class PublicPoints {
  private known = new Map<string, KeptPoint>();

  /** @param defaults labels that the values do not have yet */
  constructor(private readonly defaults: DefaultLabels | undefined) {}

  take(metric: PublicMetric, moment: Moment): readonly KeptPoint[] {
    const type = dataPointTypeOf(metric);
    const next = new Map<string, KeptPoint>();
    for (const [key, lines] of linesOf(metric, type, this.defaults))
      next.set(key, pointOf(lines, type, this.known.get(key), moment));
    this.known = next;
    return [...next.values()];
  }
}

function linesOf(
  { name, values }: PublicMetric,
  type: number,
  defaults: DefaultLabels | undefined,
): Map<string, Lines> {
  const part = type === DataPointType.HISTOGRAM ? 'le' : type === DataPointType.SUMMARY ? 'quantile' : undefined;
  const series = new Map<string, Lines>();
  for (const one of values) {
    const own = Object.entries(one.labels ?? {});
    const partOf = own.find(([label]) => label === part)?.[1] as string | number | undefined;
    const labels = Object.fromEntries(own.filter(([label]) => label !== part));
    const key = JSON.stringify(Object.entries(labels).map(String).toSorted());
    let lines = series.get(key);
    if (lines === undefined) {
      const attributes = attributesOf(labels, defaults);
      series.set(key, (lines = { attributes, parts: new Map(), count: 0, sum: 0, value: 0, exemplar: undefined }));
    }
    if (partOf !== undefined) lines.parts.set(String(partOf), one);
    else if (one.metricName === `${name}_count`) lines.count = Number(one.value);
    else if (one.metricName === `${name}_sum`) lines.sum = Number(one.value);
    else lines.value = Number(one.value);
    lines.exemplar = one.exemplar;
  }
  return series;
}

function pointOf(lines: Lines, type: number, known: KeptPoint | undefined, { start, end }: Moment): KeptPoint {
  const attributes = known?.attributes ?? lines.attributes;
  const point = (value: unknown, isReset: boolean): KeptPoint => {
    return { attributes, startTime: isReset || known === undefined ? start : known.startTime, endTime: end, value };
  };
  if (type === DataPointType.GAUGE || type === DataPointType.SUM) {
    const { value } = lines;
    const isReset = type === DataPointType.SUM && value < (known?.value as number);
    const exemplar = exemplarOf(lines.exemplar, undefined);
    return { ...point(value, isReset), ...(type === DataPointType.SUM && { exemplars: exemplar && [exemplar] }) };
  }
  const { count, sum } = lines;
  const isReset = count < ((known?.value as { count: number } | undefined)?.count ?? 0);
  const parts = [...lines.parts.entries()].filter(([text]) => Number.isFinite(Number(text)));
  if (type === DataPointType.SUMMARY) {
    parts.sort(([a], [b]) => Number(a) - Number(b));
    const values = parts.map(([, { value }]) => Number(value));
    return point({ count, sum, quantiles: parts.map(([text]) => Number(text)), values }, isReset);
  }
  const cumulative = [0, ...parts.map(([, { value }]) => Number(value)), count];
  const counts = cumulative.slice(1).map((value, i) => value - (cumulative[i] as number));
  const exemplars = [...parts.map(([, one]) => one), lines.parts.get('+Inf')].map((one) =>
    exemplarOf(one?.exemplar, undefined),
  );
  return {
    ...point({ buckets: { boundaries: parts.map(([text]) => Number(text)), counts }, count, sum }, isReset),
    exemplars,
  };
}

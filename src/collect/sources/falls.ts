/**
 * Finds counters that fall back though their start time is the same: what happens when two readers of one source each get
 * a part of the numbers.
 *
 * It looks at the first series of a few metrics. That is enough, since such a source breaks all of its series alike, and it
 * keeps the pass over the numbers free of a comparison per series.
 */
import {
  DataPointType,
  type Attributes,
  type HistogramValue,
  type MetricData,
  type ScopeMetrics,
} from '../../../core/otel';

const WATCHED_METRICS = 100;
/** A single fall may be a counter that an app has reset. */
const FALLS = 3;
/** The falls count that happen within so many collections. */
const WITHIN_COLLECTIONS = 10;
const MAX_NAME_CHARS = 60;

interface Seen {
  readonly name: string;
  readonly attributes: Attributes;
  readonly start: string;
  readonly value: number;
}

interface Fall {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export class FallWatch {
  private seen: readonly (Seen | undefined)[] = [];
  private collections = 0;
  /** Collections in which something has fallen, the latest ones. */
  private fallen: number[] = [];
  private told = false;

  constructor(private readonly tell: (name: string, from: number, to: number) => void) {}

  /** Looks at the next collection. Never throws. */
  look(scopeMetrics: readonly ScopeMetrics[]): void {
    if (this.told) return;
    this.collections++;
    const now = watchedOf(scopeMetrics);
    const fall = this.fallIn(now);
    this.seen = now;
    if (fall === undefined) return;
    this.fallen = [...this.fallen, this.collections].slice(-FALLS);
    const first = this.fallen[0] ?? this.collections;
    if (this.fallen.length < FALLS || first <= this.collections - WITHIN_COLLECTIONS) return;
    this.told = true;
    this.seen = [];
    this.tell(fall.name, fall.from, fall.to);
  }

  private fallIn(now: readonly (Seen | undefined)[]): Fall | undefined {
    for (let i = 0; i < now.length; i++) {
      const one = now[i];
      const before = this.seen[i];
      if (before === undefined || one?.name !== before.name || one.start !== before.start) continue;
      if (!(one.value < before.value) || !isSame(one.attributes, before.attributes)) continue;
      return { name: JSON.stringify(one.name.slice(0, MAX_NAME_CHARS)), from: before.value, to: one.value };
    }
    return undefined;
  }
}

function watchedOf(scopeMetrics: readonly ScopeMetrics[]): (Seen | undefined)[] {
  const seen: (Seen | undefined)[] = [];
  for (const entry of scopeMetrics) {
    try {
      const length = Math.min(entry.metrics.length, WATCHED_METRICS - seen.length);
      for (let i = 0; i < length; i++) seen.push(firstOf(entry.metrics[i]));
    } catch {
      // The encoder tells what is wrong with it.
    }
    if (seen.length >= WATCHED_METRICS) break;
  }
  return seen;
}

/** @returns the first series of a metric that only counts up */
function firstOf(metric: MetricData | undefined): Seen | undefined {
  const point = metric?.dataPoints[0];
  if (metric === undefined || point === undefined) return undefined;
  const value = countOf(metric, point.value);
  if (typeof value !== 'number') return undefined;
  const [seconds, nanos] = point.startTime;
  return { name: String(metric.descriptor.name), attributes: point.attributes, start: `${seconds}.${nanos}`, value };
}

function countOf({ dataPointType, isMonotonic }: MetricData, value: unknown): unknown {
  if (dataPointType === DataPointType.SUM) return isMonotonic === true ? value : undefined;
  return dataPointType === DataPointType.HISTOGRAM ? (value as HistogramValue).count : undefined;
}

function isSame(a: Attributes, b: Attributes): boolean {
  if (Object.is(a, b)) return true;
  try {
    return JSON.stringify(a) === JSON.stringify(b);
  } catch {
    return false;
  }
}

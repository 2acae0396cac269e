/** Reads one metric of a known shape: what its two ways of keeping series have in common. */
import type { MetricData } from '../../../core/otel';
import type { Sliced } from '../../../core/slicer';
import { attributesOf, type DefaultLabels } from '../kinds/attributes';
import { Head, type RegistryHead } from '../kinds/heads';
import { Histograms } from '../kinds/histograms';
import type { KeptPoint, Kind, Moment } from '../kinds/kinds';
import { Counters, Gauges } from '../kinds/scalars';
import { SeriesList, type Maker } from './series-list';
import {
  UnknownShape,
  hasCollect,
  type Entry,
  type ForeignMetric,
  type KindName,
  type SummaryEntry,
} from '../kinds/shapes';
import { Summaries } from '../kinds/summaries';

/** Series whose numbers are read in one step. */
export const STEP_SERIES = 2048;

/** One collection. */
export interface Reading extends Moment {
  /** Whether all series are looked for, whatever it costs: there will be no later collection. */
  readonly isFinal: boolean;
  /** See `boundOf`. */
  readonly bound: number;
}

/** What reads one metric, or all of a registry of an unknown shape. */
export interface Reader {
  readonly metric: ForeignMetric;
  /** How many keys a listing has; 0 where none is needed. */
  readonly keys: number;
  /** Calls what the app wants to be called before its values are read. @returns a promise where it is to be waited for */
  ask(): unknown;
  /** Call it before {@link read}. @returns whether the first step may take long, so that it is best done in a turn of its own */
  begin(reading: Reading): boolean;
  /** @throws UnknownShape, and whatever reading the app's objects throws */
  read(reading: Reading): Sliced;
  data(registry: RegistryHead): readonly MetricData[];
}

export abstract class MetricReader implements Reader {
  protected readonly list = new SeriesList<Entry, KeptPoint>();
  protected readonly kind: Kind;
  private readonly head: Head;

  constructor(
    readonly metric: ForeignMetric,
    protected readonly kindName: KindName,
    private readonly defaults: DefaultLabels | undefined,
  ) {
    this.kind = kindFor(metric, kindName) as Kind;
    this.head = new Head(this.kind.dataPointType, this.kind.isMonotonic);
  }

  abstract readonly keys: number;
  abstract begin(reading: Reading): boolean;
  abstract read(reading: Reading): Sliced;

  ask(): unknown {
    return hasCollect(this.metric) ? this.metric.collect() : undefined;
  }

  data(registry: RegistryHead): readonly MetricData[] {
    return [this.head.data(this.metric, registry, this.list.points, this.list.takeChanges())];
  }

  protected makerOf(entryOf: Maker<Entry, KeptPoint>['entryOf'], moment: Moment): Maker<Entry, KeptPoint> {
    return {
      entryOf,
      pointOf: (entry) => this.kind.pointOf(entry, attributesOf(entry.labels, this.defaults), moment),
      traceOf: (entry) => this.kind.traceOf(entry),
    };
  }

  /** @param start the first series whose numbers were not read in this collection */
  protected *readAll(moment: Moment, start = 0): Sliced {
    for (let from = start; from < this.list.points.length; from += STEP_SERIES) {
      // `collectNow` may have changed the list meanwhile.
      this.kind.read(this.list, from, Math.min(from + STEP_SERIES, this.list.points.length), moment);
      yield;
    }
  }

  /**
   * Does what the library's `get()` does where the app has asked for it (`pruneAgedBuckets`): removes summaries all of whose
   * measurements are too old.
   */
  protected *prune(entries: Iterable<Entry | undefined>): Sliced {
    for (const entry of entries) {
      const { td, labels } = entry as SummaryEntry;
      if (td.size() === 0) this.metric.remove?.(labels);
      yield;
    }
  }

  protected get isPruned(): boolean {
    return this.kindName === 'summary' && Boolean(this.metric.pruneAgedBuckets);
  }
}

/** Each kind has entries and data points of its own. That they fit is known here only: the list is made for one kind. */
function kindFor({ enableExemplars, upperBounds, percentiles }: ForeignMetric, name: KindName): unknown {
  const exemplars = Boolean(enableExemplars);
  switch (name) {
    case 'counter':
      return new Counters(exemplars);
    case 'gauge':
      return new Gauges();
    case 'histogram':
      return new Histograms(upperBounds as readonly number[], exemplars);
    case 'summary':
      return new Summaries(percentiles as readonly number[]);
    default:
      throw new UnknownShape('the metric is of an unknown type');
  }
}

/**
 * Turns one `ResourceMetrics` after the other into snapshots, one at a time.
 *
 * Steady-state cost is one pass that copies numbers: see {@link FamilyEncoder}. Work is cut into slices; since
 * collected data no longer changes, the event loop may turn at any of the cuts.
 *
 * The folders, each of which imports only those above it:
 *
 * - `columns/`    numbers, and the space for them in the columns
 * - `series/`     the series of a family, and their pages
 * - `reading/`    checked copies of the scopes and metrics of a collection; data points are not copied
 * - `positions/`  which series was at which position of the last collection's data points
 * - `tidying/`    joins and packs pages between two collections
 */
import type { ResourceMetrics } from '../otel';
import { Slicer, type Sliced } from '../slicer';
import { strideOf, type ExporterStats, type Family, type ScopeFamilies, type Snapshot } from '../snapshot';
import { Columns, type Column } from './columns/columns';
import { layoutFor } from './columns/layouts';
import { Cycle } from './cycle';
import { FamilyEncoder } from './family-encoder';
import { readCollection, type ReadCollection, type ReadMetric } from './reading/collection';
import { quoted, reasonOf, type Problems } from './reading/problems';
import { PageSupply } from './series/page-supply';
import { Tidying } from './tidying/tidying';

export interface EncoderOptions {
  /** Series that are kept at the most, over all families. */
  readonly maxSeries: number;
  /** How long encoding may hold the event loop at a time, in milliseconds. */
  readonly sliceMs?: number;
}

export interface Collected {
  readonly data: ResourceMetrics;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly intervalMs: number;
  readonly collectMs: number;
}

export interface Encoded {
  readonly snapshot: Snapshot;
  /** Series that were left out for the limit. */
  readonly leftOut: number;
  /** How many scopes and metrics were malformed, and left out. Only tests read it, as `problems` is bounded. */
  readonly malformed: number;
  /** What was wrong with the first of them. */
  readonly problems: readonly string[];
  /** Names of metrics of which OpenTelemetry's SDK has put further series into a single one. */
  readonly overflowed: readonly string[];
}

/** What the families made of one collection. */
interface EncodedScopes {
  readonly scopes: readonly ScopeFamilies[];
  readonly problems: Problems;
  readonly series: number;
  readonly leftOut: number;
  readonly overflowed: readonly string[];
  /** Data points that were left out for being malformed. */
  readonly lost: number;
}

/** What the encoder keeps from one collection to the next. New parts know no series. */
class Parts {
  readonly columns = new Columns();
  readonly families = new Map<string, FamilyEncoder>();
  readonly cycle = new Cycle(this.columns);
  readonly supply: PageSupply;
  readonly tidying: Tidying;

  constructor(maxSeries: number, nextPageId: () => number) {
    const { columns, families, cycle } = this;
    this.supply = new PageSupply(columns, nextPageId);
    this.tidying = new Tidying({ families, columns, supply: this.supply, cycle, maxSeries });
  }
}

export class SnapshotEncoder {
  private readonly incarnation = crypto.randomUUID();
  private readonly columnsOf = new WeakMap<Snapshot, readonly (Column | undefined)[]>();
  private readonly slicer: Slicer;
  private parts: Parts;
  private pageIds = 0;
  private generation = 0;
  private last: Snapshot | undefined;

  constructor(private readonly options: EncoderOptions) {
    this.slicer = new Slicer(options.sliceMs);
    this.parts = this.newParts();
  }

  /** @throws TypeError where `data` is not `ResourceMetrics` at all; what is malformed in it is only left out */
  async encode(collected: Collected): Promise<Encoded> {
    await this.slicer.rest();
    const read = await this.slicer.run(readCollection(collected.data));
    const generation = this.generation + 1;
    let written: EncodedScopes;
    try {
      written = await this.slicer.run(this.encodeCollection(read, generation));
      // A snapshot is posted next, which takes a while by itself.
      await this.slicer.rest();
      this.parts.columns.publish(generation);
    } catch (error) {
      // Such as no memory. Families are half changed: the next collection begins with new parts, and all its series are new.
      this.parts = this.newParts();
      throw error;
    }
    this.generation = generation;
    const { scopes, problems, series, leftOut, lost, overflowed } = written;
    const { time, intervalMs, collectMs } = collected;
    const stats = {
      intervalMs,
      collectMs,
      series,
      droppedSeries: leftOut + lost,
      overflowedMetrics: overflowed.length,
    };
    const snapshot = this.makeSnapshot(time, read.resource, scopes, stats);
    return { snapshot, leftOut, malformed: problems.count, problems: problems.texts, overflowed };
  }

  /** Keeps the snapshot's numbers from being overwritten until the returned function is called. */
  hold(snapshot: Snapshot): () => void {
    const columns = this.columnsOf.get(snapshot) ?? [];
    for (const column of columns) if (column !== undefined) column.readers++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      for (const column of columns) if (column !== undefined) column.readers--;
    };
  }

  private newParts(): Parts {
    return new Parts(this.options.maxSeries, () => this.pageIds++);
  }

  private makeSnapshot(
    time: number,
    resource: string,
    scopes: readonly ScopeFamilies[],
    stats: ExporterStats,
  ): Snapshot {
    const { current, previous } = this.parts.columns;
    const snapshot: Snapshot = {
      incarnation: this.incarnation,
      generation: this.generation,
      time,
      resource,
      scopes,
      values: (current as Column).values,
      previous:
        previous && this.last
          ? { time: this.last.time, values: previous.values.subarray(0, previous.used) }
          : undefined,
      stats,
    };
    this.columnsOf.set(snapshot, [current, previous]);
    this.last = snapshot;
    return snapshot;
  }

  private *encodeCollection(read: ReadCollection, generation: number): Sliced<EncodedScopes> {
    const { tidying } = this.parts;
    yield* tidying.tidy(generation);
    this.beginCycle(read, generation);
    const written = yield* this.encodeScopes(read);
    // Which series are absent is known only now: they give way to those that were left out.
    if (written.leftOut === 0 || !(yield* tidying.makeRoom(written.leftOut, generation))) return written;
    this.beginCycle(read, generation);
    return yield* this.encodeScopes(read);
  }

  private beginCycle({ scopes }: ReadCollection, generation: number): void {
    const { families, columns, cycle } = this.parts;
    const { maxSeries } = this.options;
    let expected = 0;
    for (const { metrics } of scopes) for (const metric of metrics) expected += numbersOf(metric, maxSeries);
    let size = 0;
    let numbers = 0;
    for (const { series } of families.values()) {
      size += series.size;
      numbers += series.numbers;
    }
    columns.begin(columns.space.used + Math.max(0, expected - numbers));
    cycle.begin(generation, maxSeries - size);
  }

  private *encodeScopes(read: ReadCollection): Sliced<EncodedScopes> {
    const { lost } = read;
    const overflowed: string[] = [];
    const written = {
      scopes: [] as ScopeFamilies[],
      problems: read.problems.copy(),
      series: 0,
      leftOut: 0,
      lost,
      overflowed,
    };
    const seen = new Map<string, number>();
    for (const { scope, metrics } of read.scopes) {
      const families: Family[] = [];
      for (const metric of metrics) {
        const encoder = yield* this.encodeFamily(metric, seen, written.problems);
        if (encoder === undefined) written.lost += metric.count;
        else {
          families.push(describeFamily(metric, encoder));
          written.series += encoder.present;
          written.leftOut += encoder.leftOut;
          if (encoder.hasOverflowed) overflowed.push(metric.descriptor.name);
        }
      }
      written.scopes.push({ scope, families });
    }
    return written;
  }

  private *encodeFamily(
    metric: ReadMetric,
    seen: Map<string, number>,
    problems: Problems,
  ): Sliced<FamilyEncoder | undefined> {
    const { families, supply, cycle } = this.parts;
    const occurrence = seen.get(metric.key) ?? 0;
    seen.set(metric.key, occurrence + 1);
    const key = occurrence === 0 ? metric.key : `${metric.key}#${occurrence}`;
    let family = families.get(key);
    if (family === undefined) families.set(key, (family = new FamilyEncoder(metric.kind, supply)));
    const room = cycle.room + family.series.size;
    try {
      yield* family.encode(metric.points, metric.count, cycle);
      return family;
    } catch (error) {
      families.delete(key);
      cycle.room = room;
      problems.add(`metric ${quoted(metric.descriptor.name)} has a malformed data point: ${reasonOf(error)}`);
      return undefined;
    }
  }
}

function describeFamily(metric: ReadMetric, { series, order }: FamilyEncoder): Family {
  const { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime } = metric;
  const pages = series.publishPages();
  return { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, pages, order };
}

/** How many numbers the metric's data points take, if they are all laid out as the first one is. */
function numbersOf({ kind, points, count }: ReadMetric, maxSeries: number): number {
  try {
    return count === 0 ? 0 : Math.min(count, maxSeries) * strideOf(layoutFor(kind, points[0]?.value));
  } catch {
    return 0; // Malformed: encoding it tells what is wrong.
  }
}

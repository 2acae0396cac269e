/**
 * Turns one `ResourceMetrics` after the other into snapshots, one at a time.
 *
 * Steady-state cost is one pass that copies numbers: see {@link FamilyEncoder}. Work is cut into slices; since
 * collected data no longer changes, the event loop may turn at any of the cuts.
 *
 * The rooms, each of which imports those before it only: `columns/` owns numbers and the space for them, `series/` knows
 * the series of a family and their pages, `positions/` knows which series stood where in the data points, `tidying/` joins
 * and packs what the others have between two collections.
 */
import { randomUUID } from 'node:crypto';
import type { MetricData, ResourceMetrics, Scope } from '../otel';
import { Slicer, type Sliced } from '../slicer';
import type { ExporterStats, Family, ScopeFamilies, Snapshot } from '../snapshot';
import { assertResourceMetrics } from './collected';
import { Columns, type Column } from './columns/columns';
import { layoutKindOf } from './columns/layouts';
import { Cycle } from './cycle';
import { describeFamily, describeScope, familyKey, numbersOf, pointCount, problemOf } from './families';
import { FamilyEncoder } from './family-encoder';
import { attributesText } from './series/attributes';
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
  /** Malformed metrics that were left out: each names what was wrong. */
  readonly problems: readonly string[];
}

/** What became of one collection. */
interface Written {
  readonly scopes: readonly ScopeFamilies[];
  readonly problems: readonly string[];
  readonly series: number;
  readonly droppedSeries: number;
}

export class SnapshotEncoder {
  private readonly incarnation = randomUUID();
  private readonly columns = new Columns();
  private readonly supply = new PageSupply(this.columns);
  private readonly families = new Map<string, FamilyEncoder>();
  private readonly columnsOf = new WeakMap<Snapshot, readonly (Column | undefined)[]>();
  private readonly cycle = new Cycle(this.columns);
  private readonly slicer: Slicer;
  private readonly tidying: Tidying;
  private generation = 0;
  private last: Snapshot | undefined;

  constructor(private readonly options: EncoderOptions) {
    const { families, columns, supply, cycle } = this;
    const { maxSeries, sliceMs } = options;
    this.slicer = new Slicer(sliceMs);
    this.tidying = new Tidying({ families, columns, supply, cycle, maxSeries });
  }

  /** @throws TypeError where `data` is not `ResourceMetrics` at all; malformed metrics in it are only left out */
  async encode(collected: Collected): Promise<Encoded> {
    const { data } = collected;
    assertResourceMetrics(data);
    await this.slicer.rest();
    const generation = this.generation + 1;
    await this.slicer.run(this.tidying.tidy(generation));
    this.begin(data, generation);
    let written: Written;
    try {
      written = await this.slicer.run(this.encodeScopes(data));
    } catch (error) {
      this.columns.discard();
      throw error;
    }
    // A snapshot is posted next, which takes a while by itself.
    await this.slicer.rest();
    this.generation = generation;
    this.columns.publish(generation);
    const { scopes, problems, series, droppedSeries } = written;
    const stats = { intervalMs: collected.intervalMs, collectMs: collected.collectMs, series, droppedSeries };
    return { snapshot: this.publish(collected, scopes, stats), problems };
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

  private publish(collected: Collected, scopes: readonly ScopeFamilies[], stats: ExporterStats): Snapshot {
    const { current, previous } = this.columns;
    const snapshot: Snapshot = {
      incarnation: this.incarnation,
      generation: this.generation,
      time: collected.time,
      resource: attributesText(collected.data.resource.attributes),
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

  private begin(data: ResourceMetrics, generation: number): void {
    let expected = 0;
    for (const { metrics } of data.scopeMetrics) {
      for (const metric of metrics) expected += problemOf(metric) === undefined ? numbersOf(metric) : 0;
    }
    let size = 0;
    let numbers = 0;
    for (const { series } of this.families.values()) {
      size += series.size;
      numbers += series.numbers;
    }
    this.columns.begin(this.columns.space.used + Math.max(0, expected - numbers));
    this.cycle.begin(generation, this.options.maxSeries - size);
  }

  private *encodeScopes(data: ResourceMetrics): Sliced<Written> {
    const written = { scopes: [] as ScopeFamilies[], problems: [] as string[], series: 0, droppedSeries: 0 };
    const seen = new Map<string, number>();
    for (const { scope, metrics } of data.scopeMetrics) {
      const families: Family[] = [];
      for (const metric of metrics) {
        const problem = problemOf(metric);
        if (problem !== undefined) written.problems.push(problem);
        const encoder = problem === undefined && (yield* this.encodeFamily(scope, metric, seen, written.problems));
        if (encoder) {
          families.push(describeFamily(metric, encoder));
          written.series += encoder.present;
          written.droppedSeries += encoder.leftOut;
        } else written.droppedSeries += pointCount(metric);
      }
      written.scopes.push({ scope: describeScope(scope), families });
    }
    return written;
  }

  private *encodeFamily(
    scope: Scope,
    metric: MetricData,
    seen: Map<string, number>,
    problems: string[],
  ): Sliced<FamilyEncoder | undefined> {
    const base = familyKey(scope, metric);
    const occurrence = seen.get(base) ?? 0;
    seen.set(base, occurrence + 1);
    const key = occurrence === 0 ? base : `${base}#${occurrence}`;
    let family = this.families.get(key);
    if (family === undefined) {
      const kind = layoutKindOf(metric.dataPointType);
      if (kind === undefined) return undefined;
      family = new FamilyEncoder(kind, this.supply);
      this.families.set(key, family);
    }
    try {
      yield* family.encode(metric.dataPoints, this.cycle);
      return family;
    } catch (error) {
      this.families.delete(key);
      problems.push(`metric "${metric.descriptor.name}" has a malformed data point: ${String(error)}`);
      return undefined;
    }
  }
}

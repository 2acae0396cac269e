/** Encodes what was read of one collection: all its families, into the column that becomes the snapshot's. */
import { AggregationTemporality, type HrTime, type Scope } from '../otel';
import type { Sliced } from '../slicer';
import { strideOf, type Family, type FamilyExemplars, type ScopeFamilies } from '../snapshot';
import { layoutFor } from './columns/layouts';
import { DeltaFamily } from './deltas/delta-family';
import { ExemplarReader } from './exemplars';
import { FamilyEncoder } from './family-encoder';
import type { EncodedDeltas, Parts } from './parts';
import type { ReadCollection } from './reading/collection';
import type { ReadMetric } from './reading/metric';
import { endTimeOf } from './reading/end-time';
import { quoted, reasonOf, type Problems } from './reading/problems';

/** Room in the column for new series of known families with deltas: so many numbers, or this share of all if that is more. */
const NEW_NUMBERS = 64 * 1024;
const NEW_SHARE = 1 / 4;

/** Families that are begun in one step. */
const STEP_FAMILIES = 32;

/** What the families made of one collection. */
export interface EncodedScopes extends Written {
  readonly scopes: readonly ScopeFamilies[];
  /** The families with deltas. */
  readonly deltas: readonly EncodedDeltas[];
  readonly droppedExemplars: number;
}

interface Written {
  readonly problems: Problems;
  series: number;
  leftOut: number;
  /** Names of metrics of which OpenTelemetry's SDK has put further series into a single one. */
  readonly overflowed: string[];
  /** Data points that were left out for being malformed. */
  lost: number;
}

export class CollectionEncoder {
  /** By key: how many metrics of the collection have it so far. */
  private readonly seen = new Map<string, number>();
  private exemplars = new ExemplarReader();
  /** Of the collection. Families with deltas get it even if the collection does not mention them. */
  private endTime: HrTime = [0, 0];

  constructor(readonly parts: Parts) {}

  /** @param time of the collection, epoch milliseconds */
  *encode(read: ReadCollection, generation: number, time: number): Sliced<EncodedScopes> {
    const { tidying, forgetting, cycle } = this.parts;
    forgetting.noteTime(time, cycle);
    this.endTime = endTimeOf(read, time);
    yield* tidying.tidy(generation);
    this.beginCycle(read, generation);
    const written = yield* this.encodeScopes(read);
    // Which series are absent is known only now: they give way to those that were left out.
    if (written.leftOut === 0 || !(yield* tidying.makeRoom(written.leftOut, generation))) return written;
    this.beginCycle(read, generation);
    return yield* this.encodeScopes(read);
  }

  private beginCycle({ scopes }: ReadCollection, generation: number): void {
    const { families, columns, cycle, maxSeries, order } = this.parts;
    let size = 0;
    let numbers = 0;
    let hasDeltas = false;
    for (const family of families.values()) {
      size += family.series.size;
      if (family instanceof DeltaFamily) hasDeltas = true;
      else numbers += family.series.numbers;
    }
    let expected = 0;
    let added = 0;
    for (const { metrics } of scopes) {
      for (const metric of metrics) {
        hasDeltas ||= metric.isDelta;
        if (metric.isDelta && families.has(metric.key)) added += numbersOf(metric, maxSeries);
        else expected += numbersOf(metric, maxSeries);
      }
    }
    const { used } = columns.space;
    columns.begin(used + Math.max(0, expected - numbers) + Math.min(added, Math.max(NEW_NUMBERS, used * NEW_SHARE)));
    cycle.begin(generation, maxSeries - size);
    order.begin(hasDeltas);
  }

  private *encodeScopes(read: ReadCollection): Sliced<EncodedScopes> {
    const { order, families, cycle, forgetting } = this.parts;
    const written: Written = { problems: read.problems.copy(), series: 0, leftOut: 0, overflowed: [], lost: read.lost };
    this.seen.clear();
    this.exemplars = new ExemplarReader();
    for (const { key, scope, metrics } of read.scopes) {
      const place = order.mention(key, scope);
      for (const metric of metrics) {
        if (metric.isDelta) {
          yield* this.addDeltas(metric, place.scope, written);
          if (!place.families.has(metric.key)) place.families.set(metric.key, undefined);
        } else yield* this.encodeFamily(metric, place.families, written);
      }
    }
    yield* this.beginOthers();
    yield* forgetting.forget(this.parts.deltaFamilies(), cycle);
    const deltas: EncodedDeltas[] = [];
    const describe = (key: string, scopeKey: string): Family | undefined => {
      const encoder = families.get(key);
      if (!(encoder instanceof DeltaFamily) || encoder.lastSeen !== cycle.generation) return undefined;
      const family = describeDeltas(encoder, this.endTime);
      deltas.push({ key, scopeKey, encoder, family });
      written.series += encoder.present;
      written.leftOut += encoder.leftOut;
      if (encoder.hasOverflowed) written.overflowed.push(family.descriptor.name);
      return family;
    };
    const scopes = yield* order.finish(describe, (key) => families.has(key));
    const { problems, series, leftOut, lost, overflowed } = written;
    // Copying an object by `...` is slow where it is done once per collection.
    return { problems, series, leftOut, lost, overflowed, scopes, deltas, droppedExemplars: this.exemplars.dropped };
  }

  /** Brings the families with deltas that the collection does not mention into the column. */
  private *beginOthers(): Sliced {
    const { cycle } = this.parts;
    let step = 0;
    for (const family of this.parts.deltaFamilies()) {
      if (step++ % STEP_FAMILIES === 0) yield;
      if (!family.hasBegun(cycle)) yield* family.begin(cycle);
    }
  }

  private *addDeltas(metric: ReadMetric, scope: Scope, written: Written): Sliced {
    const { families, shared, cycle } = this.parts;
    const known = families.get(metric.key);
    const family =
      known instanceof DeltaFamily ? known : new DeltaFamily({ ...metric, scope }, shared, cycle.generation);
    families.set(metric.key, family);
    if (!family.hasBegun(cycle)) yield* family.begin(cycle);
    yield* family.add(metric, cycle, (error) => {
      written.lost++;
      const of = quoted(metric.descriptor.name);
      written.problems.add(`a data point of metric ${of} is malformed and left out: ${reasonOf(error)}`);
    });
  }

  /** Where one of its data points is malformed, a cumulative metric is left out, and begins anew. */
  private *encodeFamily(metric: ReadMetric, described: Map<string, Family | undefined>, written: Written): Sliced {
    const { families, supply, cycle } = this.parts;
    const occurrence = this.seen.get(metric.key) ?? 0;
    this.seen.set(metric.key, occurrence + 1);
    const key = occurrence === 0 ? metric.key : `${metric.key}#${occurrence}`;
    const known = families.get(key);
    const family = known instanceof FamilyEncoder ? known : new FamilyEncoder(metric.kind, supply);
    families.set(key, family);
    const room = cycle.room + family.series.size;
    try {
      yield* family.encode(metric.points, metric.count, metric.changes, cycle);
    } catch (error) {
      families.delete(key);
      cycle.room = room;
      const of = quoted(metric.descriptor.name);
      written.problems.add(`metric ${of} has a malformed data point: ${reasonOf(error)}`);
      written.lost += metric.count;
      return;
    }
    described.set(key, describeFamily(metric, family, yield* this.exemplars.read(metric, family)));
    written.series += family.present;
    written.leftOut += family.leftOut;
    if (family.hasOverflowed) written.overflowed.push(metric.descriptor.name);
  }
}

function describeFamily(
  metric: ReadMetric,
  { series, order }: FamilyEncoder,
  exemplars: FamilyExemplars | undefined,
): Family {
  const { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, aggregator } = metric;
  const pages = series.publishPages();
  const family = { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, pages, order };
  // Nearly always so, and copying an object is slow.
  if (aggregator === undefined && exemplars === undefined) return family;
  return { ...family, ...(aggregator && { aggregator }), ...(exemplars && { exemplars }) };
}

/** What was added up counts from the start of each series. */
function describeDeltas({ head, series, order }: DeltaFamily, endTime: HrTime): Family {
  const { descriptor, dataPointType, isMonotonic } = head;
  const pages = series.publishPages();
  const aggregationTemporality = AggregationTemporality.CUMULATIVE;
  return { descriptor, dataPointType, aggregationTemporality, isMonotonic, endTime, pages, order };
}

/** How many numbers the metric's data points take, if they are all laid out as the first one is. */
function numbersOf({ kind, points, count, more }: ReadMetric, maxSeries: number): number {
  try {
    if (count === 0) return 0;
    return Math.min(count + (more?.count ?? 0), maxSeries) * strideOf(layoutFor(kind, points[0]?.value));
  } catch {
    return 0; // Malformed: encoding it tells what is wrong.
  }
}

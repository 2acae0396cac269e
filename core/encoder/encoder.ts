/**
 * Turns one `ResourceMetrics` after the other into snapshots, one at a time.
 *
 * Steady-state cost is one pass that copies numbers (see {@link FamilyEncoder}), or what has changed where the source gives
 * deltas (see {@link DeltaFamily}) or says what it is (see {@link KnownChanges}). Work is cut into slices; since collected data
 * no longer changes, the event loop may turn at any of the cuts.
 *
 * The folders, each of which imports only those above it:
 *
 * - `columns/`    numbers, and the space for them in the columns
 * - `series/`     the series of a family, and their pages
 * - `reading/`    checked copies of the scopes and metrics of a collection; data points are not copied
 * - `positions/`  which series was at which position of the last collection's data points
 * - `changes/`    what has changed in a family, where that is known: all other numbers are carried over
 * - `deltas/`     families whose data points are added up
 * - `tidying/`    joins and packs pages between two collections
 */
import type { ResourceMetrics } from '../otel';
import { Job, Slicer, type Sliced } from '../slicer';
import type { Snapshot } from '../snapshot';
import { CollectionEncoder, type EncodedScopes } from './collection-encoder';
import { usedNumbers, type Column } from './columns/columns';
import { UnfinishedCollections, type Unfinished } from './deltas/unfinished';
import { Parts, type EncodedDeltas, type Limits } from './parts';
import { readCollection } from './reading/collection';

export interface EncoderOptions extends Limits {
  /** How long encoding may hold the event loop at a time, in milliseconds. */
  readonly sliceMs?: number;
}

export interface Collected {
  readonly data: ResourceMetrics;
  /** Epoch milliseconds. */
  readonly time: number;
  readonly intervalMs: number;
  readonly collectMs: number;
  /** Whether later snapshots have the one before it as their previous one. By default they have this one. */
  readonly isInterim?: boolean;
}

export interface Encoded {
  readonly snapshot: Snapshot;
  /** Series that were left out for the limit. */
  readonly leftOut: number;
  /** Series that were forgotten since the last time, as they had not changed for `forgetAfterMs`. */
  readonly forgotten: number;
  /** How many scopes, metrics and data points were malformed, and left out. Only tests read it, as `problems` is bounded. */
  readonly malformed: number;
  /** What was wrong with the first of them. */
  readonly problems: readonly string[];
  /** Names of metrics of which OpenTelemetry's SDK has put further series into a single one. */
  readonly overflowed: readonly string[];
}

/** What is reported of two collections, of which only the second one's snapshot is handed out. */
function together(first: Encoded | undefined, second: Encoded): Encoded {
  if (first === undefined) return second;
  return {
    ...second,
    leftOut: first.leftOut + second.leftOut,
    forgotten: first.forgotten + second.forgotten,
    malformed: first.malformed + second.malformed,
    problems: [...first.problems, ...second.problems],
  };
}

/** What the parts of the exporter need of an encoder. */
export type Encoding = Pick<
  SnapshotEncoder,
  'encode' | 'encodingMs' | 'encodeNow' | 'finishNow' | 'endInterval' | 'hold'
>;

export class SnapshotEncoder {
  private readonly incarnation = crypto.randomUUID();
  private readonly columnsOf = new WeakMap<Snapshot, readonly (Column | undefined)[]>();
  private readonly slicer: Slicer;
  private readonly unfinished = new UnfinishedCollections();
  /** `undefined` after a failure, which leaves families half changed. */
  private encoder: CollectionEncoder | undefined;
  private pageIds = 0;
  private generation = 0;
  /** In the life of the process: it never goes down. */
  private forgottenSeries = 0;
  private last: Snapshot | undefined;
  /** What the last snapshot has of families with deltas. */
  private lastDeltas: readonly EncodedDeltas[] = [];
  private underWay: Job<Encoded> | undefined;
  private tookMs = 0;

  constructor(private readonly options: EncoderOptions) {
    this.slicer = new Slicer(options.sliceMs);
    this.encoder = new CollectionEncoder(this.newParts());
  }

  /**
   * Encodes in slices, one collection at a time: to be called when the last encoding has ended.
   * @throws TypeError where `data` is not `ResourceMetrics` at all; what is malformed in it is only left out
   */
  async encode(collected: Collected): Promise<Encoded> {
    const job = new Job(this.steps(collected));
    this.underWay = job;
    const before = this.slicer.usedMs;
    let encoded: Encoded;
    try {
      await this.slicer.rest();
      encoded = await this.slicer.runJob(job);
    } finally {
      this.tookMs = this.slicer.usedMs - before;
      if (this.underWay === job) this.underWay = undefined;
    }
    // A snapshot is posted next, which takes a while by itself.
    await this.slicer.restIfUsed();
    return encoded;
  }

  /** Main-thread time that the last {@link encode} has taken, in milliseconds. Deltas become data points in it. */
  get encodingMs(): number {
    return this.tookMs;
  }

  /**
   * Encodes without a turn of the event loop, for a process that ends. An encoding that is under way is finished first, and
   * its promise settles with its own result.
   * @throws as {@link encode} does
   */
  encodeNow(collected: Collected): Encoded {
    this.underWay?.finish();
    this.underWay = undefined;
    const job = new Job(this.steps(collected));
    job.finish();
    return job.result();
  }

  /**
   * Finishes the encoding that is under way without a turn of the event loop.
   * @returns its result; `undefined` where there is none under way
   * @throws as {@link encode} does
   */
  finishNow(): Encoded | undefined {
    const { underWay } = this;
    this.underWay = undefined;
    underWay?.finish();
    return underWay?.result();
  }

  /** Later snapshots have the last one as their previous one, even if it is interim. */
  endInterval(): void {
    this.encoder?.parts.columns.endInterval();
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
    return new Parts(this.options, () => this.pageIds++);
  }

  private *steps({ data, time, intervalMs, collectMs, isInterim = false }: Collected): Sliced<Encoded> {
    const { unfinished } = this;
    unfinished.add({ read: yield* readCollection(data), time, intervalMs, collectMs, isInterim });
    try {
      const encoder = (this.encoder ??= new CollectionEncoder(yield* this.restoredParts()));
      let encoded: Encoded | undefined;
      for (let one = unfinished.first; one !== undefined; one = unfinished.first) {
        encoded = together(encoded, yield* this.encodeOne(one, encoder));
        unfinished.finishFirst();
      }
      return this.withLosses(encoded as Encoded);
    } catch (error) {
      // Such as a lack of memory.
      this.encoder = undefined;
      unfinished.noteFailure();
      throw error;
    }
  }

  private withLosses(encoded: Encoded): Encoded {
    const givenUp = this.unfinished.takeGivenUp();
    if (givenUp === 0) return encoded;
    const problem = `what ${givenUp} collections have added to counters and histograms is lost: they could not be encoded`;
    return { ...encoded, problems: [...encoded.problems, problem] };
  }

  private *encodeOne(
    { read, time, intervalMs, collectMs, isInterim }: Unfinished,
    encoder: CollectionEncoder,
  ): Sliced<Encoded> {
    const { parts } = encoder;
    const generation = this.generation + 1;
    const written: EncodedScopes = yield* encoder.encode(read, generation, time);
    const { scopes, problems, series, leftOut, lost, droppedExemplars, overflowed, deltas } = written;
    parts.columns.publish({ generation, time, isInterim });
    this.generation = generation;
    this.lastDeltas = deltas;
    const forgotten = parts.forgetting.takeForgotten();
    this.forgottenSeries += forgotten;
    const droppedSeries = leftOut + lost;
    const overflowedMetrics = overflowed.length;
    const told = { intervalMs, collectMs, series, droppedSeries, droppedExemplars, overflowedMetrics };
    const stats = this.forgottenSeries > 0 ? { ...told, forgottenSeries: this.forgottenSeries } : told;
    const snapshot = this.makeSnapshot({ time, resource: read.resource, scopes, stats }, parts);
    return { snapshot, leftOut, forgotten, malformed: problems.count, problems: problems.texts, overflowed };
  }

  private makeSnapshot(
    { time, resource, scopes, stats }: Pick<Snapshot, 'time' | 'resource' | 'scopes' | 'stats'>,
    { columns }: Parts,
  ): Snapshot {
    const { current, previous } = columns;
    const snapshot: Snapshot = {
      incarnation: this.incarnation,
      generation: this.generation,
      time,
      resource,
      scopes,
      stats,
      values: (current as Column).values,
      previous: previous && {
        generation: previous.generation,
        time: previous.time,
        values: usedNumbers(previous),
      },
    };
    this.columnsOf.set(snapshot, [current, previous]);
    this.last = snapshot;
    return snapshot;
  }

  /** New parts that have the families with deltas as the last snapshot has them. All series of others are new. */
  private *restoredParts(): Sliced<Parts> {
    const parts = this.newParts();
    const [column] = (this.last && this.columnsOf.get(this.last)) ?? [];
    if (column === undefined || this.lastDeltas.length === 0) return parts;
    parts.columns.adopt(column);
    yield* parts.restore(this.lastDeltas, this.generation);
    return parts;
  }
}

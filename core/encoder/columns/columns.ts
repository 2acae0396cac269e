/**
 * The columns: a few `Float64Array`s over shared memory that take turns. They know numbers and offsets, and nothing of
 * series.
 *
 * One is being written, one is current, one is previous; with interim snapshots there is one more. A column is written again
 * only when it is neither current nor previous and no task under way reads it.
 *
 * A published column does not change where its snapshot has series. At other places three methods write to the column that
 * the snapshot being written will have as its previous one: {@link Columns.clearPrevious}, {@link Columns.movePrevious} and
 * {@link Columns.copyBehind}.
 *
 * Two folders write into {@link Columns.written} directly, at the offsets of the family that they encode: `positions/`
 * (`steady-pass.ts`, `write-point.ts`) and `deltas/` (`point-adder.ts`, `delta-series.ts`), beside `changes/carry-over.ts`. They write each
 * number of each collection, where a call per number costs too much. No task reads that column before `publish`.
 */
import { moveExponential } from '../../exponential/move';
import { START, strideOf, type ExponentialLayout } from '../../snapshot';
import { ValueSpace } from './value-space';

export interface Column {
  readonly values: Float64Array;
  /** How many numbers its snapshot has: those behind them mean nothing. */
  used: number;
  /** The snapshot that the column holds; 0 for none, so that nothing in it counts as up to date. */
  generation: number;
  /** When that snapshot was collected, epoch milliseconds. */
  time: number;
  /** Tasks under way that read it. */
  readers: number;
  /** See {@link usedNumbers}. */
  numbers: Float64Array;
}

/** What a column needs to know of the snapshot that it holds. */
export interface Published {
  readonly generation: number;
  /** When it was collected, epoch milliseconds. */
  readonly time: number;
  /** Whether later snapshots are compared with the one before it, and not with this one. */
  readonly isInterim: boolean;
}

/** Where an exponential histogram stands in the columns. */
interface ExponentialSpot {
  readonly offset: number;
  readonly layout: ExponentialLayout;
}

/** The first columns are made this much larger than asked for, so that a few new series do not need new ones. */
const HEADROOM = 1.08;
/** The same for later ones: what has grown goes on growing. Their unused part takes no physical memory. */
const HEADROOM_OF_GROWTH = 1.2;
const SMALLEST_NUMBERS = 1024;
/** Idle columns that are kept. Slow tasks need more for a while: the garbage collector gets these afterwards. */
const SPARES = 2;
/** A column that is so many times larger than needed is not written again. */
const TOO_LARGE = 2;
/** Numbers that are cleared in one go at the most. */
const MOST_TO_CLEAR = 64 * 1024;
/** Expected numbers that a column is made for at the most. Data points for many more mostly turn out malformed. */
const MOST_EXPECTED = 2 ** 27;
/** Numbers of a column at the most: offsets have 31 bits where they are posted. */
const MOST_NUMBERS = 2 ** 31 - 1;
/** Fewer numbers are copied faster by a loop than by a call. */
const FEW_NUMBERS = 32;

/** In place of a column where there is none. */
const NO_COLUMN = allocate(0);

export class Columns {
  readonly space = new ValueSpace();
  /** The one being written. Another one as soon as it has become too small. */
  written = NO_COLUMN;
  current: Column | undefined;
  /** What the current snapshot is compared with: the last one before it that is not interim. */
  previous: Column | undefined;
  private isCurrentInterim = false;
  private prepared = NO_COLUMN;
  private readonly spare: Column[] = [];
  private capacity = 0;

  /** Begins to write the next snapshot, into a column of at least that many numbers, if they are not too many. */
  begin(numbers: number): void {
    this.written = this.idleColumn(Math.max(this.space.used, Math.min(numbers, MOST_EXPECTED)));
  }

  /**
   * Takes room for that many numbers in all columns.
   * @returns the index of the first
   * @throws RangeError where there is no memory for them; nothing is taken then
   */
  take(numbers: number): number {
    const base = this.space.take(numbers);
    const { written, space } = this;
    if (written !== NO_COLUMN && space.used > written.values.length) {
      const larger = this.largerColumn(numbers);
      larger.values.set(written.values);
      larger.generation = 0;
      this.written = larger;
    }
    return base;
  }

  private largerColumn(more: number): Column {
    const { space, capacity } = this;
    try {
      if (space.used > MOST_NUMBERS) throw new RangeError(`more than ${MOST_NUMBERS} numbers`);
      return this.idleColumn(space.used);
    } catch (error) {
      space.giveBack(space.used, more);
      this.capacity = capacity;
      throw error;
    }
  }

  /** The written column becomes current; the one before it becomes previous, if its snapshot is not interim. */
  publish({ generation, time, isInterim }: Published): void {
    const { written, nextPrevious } = this;
    written.used = this.space.used;
    written.generation = generation;
    written.time = time;
    this.keepSpare(this.isCurrentInterim ? this.current : this.previous);
    this.previous = nextPrevious;
    this.current = written;
    this.isCurrentInterim = isInterim;
    this.written = NO_COLUMN;
  }

  /** Later snapshots are compared with the current one, even if it is interim, unless one is being written already. */
  endInterval(): void {
    if (this.written === NO_COLUMN) this.isCurrentInterim = false;
  }

  /** What the snapshot being written will have as its previous one. */
  private get nextPrevious(): Column | undefined {
    return this.isCurrentInterim ? this.previous : this.current;
  }

  /** Makes the column of an earlier snapshot the current one, where nothing is taken yet. */
  adopt(column: Column): void {
    this.space.take(column.used);
    this.capacity = column.values.length;
    this.current = column;
    this.isCurrentInterim = false;
  }

  /** The written column is not to be published: its collection is encoded again. */
  discard(): void {
    this.written.generation = 0;
    this.keepSpare(this.written);
    this.written = NO_COLUMN;
  }

  /** Makes columns that are begun from now on at least so large. */
  reserve(numbers: number): void {
    if (numbers <= this.capacity) return;
    const headroom = this.capacity === 0 ? HEADROOM : HEADROOM_OF_GROWTH;
    this.capacity = Math.max(SMALLEST_NUMBERS, Math.ceil(numbers * headroom));
    this.spare.length = 0;
  }

  /**
   * Notes that the series at that offset, which the current snapshot does not have, was not there: the snapshot being
   * written has no previous numbers of it. Tasks may read that column meanwhile, but not there.
   */
  clearPrevious(offset: number): void {
    const { nextPrevious } = this;
    if (nextPrevious !== undefined && offset < nextPrevious.used) nextPrevious.values[offset + START] = Number.NaN;
  }

  /**
   * Takes the numbers of an exponential histogram along to a place that the current snapshot does not have, so that the
   * snapshot being written has them as its previous ones. The series gets no previous numbers where there is no room for
   * them, or where clearing all that lies before that place takes long.
   */
  movePrevious(from: ExponentialSpot, to: ExponentialSpot): void {
    const { nextPrevious: column } = this;
    const end = to.offset + strideOf(to.layout);
    if (column === undefined || end > column.values.length || end - column.used > MOST_TO_CLEAR) return;
    if (from.offset + strideOf(from.layout) > column.used) return; // the series is newer than that snapshot
    if (end > column.used) {
      column.values.fill(Number.NaN, column.used, end);
      column.used = end;
    }
    const { values } = column;
    moveExponential({ values, at: from.offset, layout: from.layout }, { values, at: to.offset, layout: to.layout });
  }

  /** Whether the current column has all numbers that are taken, and is what the snapshot being written is compared with. */
  get isCurrentComplete(): boolean {
    return this.current?.used === this.space.used && !this.isCurrentInterim;
  }

  /** How many more numbers the current column has room for. */
  get roomBehind(): number {
    return (this.current?.values.length ?? 0) - this.space.used;
  }

  /** Copies numbers of the current column to a place behind all that its snapshot has. */
  copyBehind(from: number, to: number, count: number): void {
    this.current?.values.copyWithin(to, from, from + count);
  }

  /** Makes what was copied behind the numbers of the current column belong to them. */
  extendCurrent(): void {
    if (this.current !== undefined) this.current.used = this.space.used;
  }

  /** Begins to take all numbers anew, that many in all. Then call {@link copyToPrepared}, and {@link replaceAll} at the end. */
  prepare(numbers: number): void {
    this.prepared = allocate(Math.max(SMALLEST_NUMBERS, numbers));
    this.prepared.generation = this.current?.generation ?? 0;
    this.prepared.time = this.current?.time ?? 0;
    this.space.startOver();
  }

  /** Copies numbers of the current column to their new place in the prepared one; `NaN` for those that it does not have. */
  copyToPrepared(from: number, to: number, count: number): void {
    const { values: source, used } = this.current ?? NO_COLUMN;
    const target = this.prepared.values;
    const known = Math.min(count, Math.max(0, used - from));
    if (known > FEW_NUMBERS) target.set(source.subarray(from, from + known), to);
    else for (let i = 0; i < known; i++) target[to + i] = source[from + i] as number;
    if (known < count) target.fill(Number.NaN, to + known, to + count);
  }

  /** The prepared column, which has the current numbers at other places, takes the place of all others. */
  replaceAll(): void {
    const { prepared } = this;
    prepared.used = this.space.used;
    // It was made before it was known which series are dead: if most of all were, later columns are smaller.
    const needed = Math.max(SMALLEST_NUMBERS, Math.ceil(prepared.used * HEADROOM_OF_GROWTH));
    this.capacity = prepared.values.length > TOO_LARGE * needed ? needed : prepared.values.length;
    this.spare.length = 0;
    this.previous = undefined;
    this.current = prepared;
    this.isCurrentInterim = false;
    this.prepared = NO_COLUMN;
  }

  private idleColumn(numbers: number): Column {
    this.reserve(numbers);
    // The one of the latest snapshot: families with deltas bring it up to date by what has changed since.
    let idle = -1;
    for (const [index, { readers, generation }] of this.spare.entries()) {
      if (readers === 0 && (idle < 0 || generation >= (this.spare[idle] as Column).generation)) idle = index;
    }
    const [column] = idle < 0 ? [] : this.spare.splice(idle, 1);
    return column ?? allocate(this.capacity);
  }

  private keepSpare(column: Column | undefined): void {
    if (column === undefined || this.spare.length >= SPARES) return;
    const { length } = column.values;
    if (length < this.capacity || length > TOO_LARGE * this.capacity) return;
    this.spare.push(column);
  }
}

/** The values that the column's snapshot has. A view is made only when it has more or fewer than before. */
export function usedNumbers(column: Column): Float64Array {
  if (column.numbers.length !== column.used) column.numbers = column.values.subarray(0, column.used);
  return column.numbers;
}

function allocate(numbers: number): Column {
  const values = new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT));
  return { values, used: 0, generation: 0, time: 0, readers: 0, numbers: values };
}

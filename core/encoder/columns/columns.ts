/**
 * The value columns: a few `Float64Array`s over shared memory that take turns.
 *
 * One is being written, one is current, one is previous; in the steady state these three are all there are. A
 * column is written again only when it is neither current nor previous and no task that reads it is under way.
 */

export interface Column {
  readonly values: Float64Array;
  /** How many numbers of it the snapshot that it holds has: what is behind them is not there. */
  used: number;
  /** The snapshot that the column holds; 0 for none, so that nothing in it may be taken for up to date. */
  generation: number;
  /** Tasks under way that read it. */
  readers: number;
}

/** The first columns are made this much larger than asked for, so that a few new series do not make new ones. */
const HEADROOM = 1.08;
/** Those that take their place: what grows goes on growing. What is not used of them takes no physical memory. */
const HEADROOM_OF_GROWTH = 1.2;
const SMALLEST = 1024;
/** Idle columns that are kept: what slow tasks have made necessary for a while is given back to the collector. */
const SPARES = 2;

export class Columns {
  private readonly spare: Column[] = [];
  private capacity = 0;
  current: Column | undefined;
  previous: Column | undefined;

  /** A column of at least `size` numbers to write the next snapshot into. */
  begin(size: number): Column {
    this.reserve(size);
    const free = this.spare.findIndex((column) => column.readers === 0);
    const [column] = free < 0 ? [] : this.spare.splice(free, 1);
    return column ?? allocate(this.capacity);
  }

  /** Makes columns that are begun from now on so large. */
  reserve(size: number): void {
    if (size <= this.capacity) return;
    this.capacity = Math.max(SMALLEST, Math.ceil(size * (this.capacity === 0 ? HEADROOM : HEADROOM_OF_GROWTH)));
    this.spare.length = 0;
  }

  /** A larger column in place of one that turns out too small while it is being written. */
  enlarge(column: Column, size: number): Column {
    const larger = this.begin(size);
    larger.values.set(column.values);
    larger.generation = 0;
    return larger;
  }

  /** The written column becomes current, the current one previous. */
  publish(column: Column, used: number, generation: number): void {
    column.used = used;
    column.generation = generation;
    this.giveBack(this.previous);
    this.previous = this.current;
    this.current = column;
  }

  /** A column that was begun and is not to be published. */
  discard(column: Column): void {
    column.generation = 0;
    this.giveBack(column);
  }

  /** A column of exactly this size that is to take the place of all others, see {@link replaceAll}. */
  prepare(size: number): Column {
    const column = allocate(Math.max(SMALLEST, size));
    column.generation = this.current?.generation ?? 0;
    return column;
  }

  /** The prepared column, holding the current numbers at other places, becomes the current one. */
  replaceAll(prepared: Column, used: number): void {
    prepared.used = used;
    this.capacity = prepared.values.length;
    this.spare.length = 0;
    this.previous = undefined;
    this.current = prepared;
  }

  private giveBack(column: Column | undefined): void {
    if (column === undefined || column.values.length < this.capacity || this.spare.length >= SPARES) return;
    this.spare.push(column);
  }
}

function allocate(size: number): Column {
  const memory = new SharedArrayBuffer(size * Float64Array.BYTES_PER_ELEMENT);
  return { values: new Float64Array(memory), used: 0, generation: 0, readers: 0 };
}

/** Where there is none yet. */
export const NO_COLUMN = allocate(0);

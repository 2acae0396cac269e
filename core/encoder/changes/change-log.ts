/**
 * Which numbers a family has changed in each of the last generations. A column that is written again holds the numbers of an
 * older generation: only what has changed since then is copied into it.
 */
import type { Column } from '../columns/columns';
import type { Sliced } from '../../slicer';
import { copyNumbers } from './copy-pages';

/** Generations that are remembered: columns take turns, and few are older than three. */
const GENERATIONS = 4;
/** Ranges that are copied in one step. */
const STEP_RANGES = 128;
/** Numbers of a range that are copied faster by a loop than by a call, and at once. */
const FEW_NUMBERS = 32;
/** With ranges for a larger share of its series than this, a family is copied as a whole. */
const MOST_SHARE = 1 / 4;
const FEWEST_RANGES = 64;

export class ChangeLog {
  private readonly lists: readonly Ranges[] = Array.from({ length: GENERATIONS }, () => new Ranges());

  /** @param wholeSince a column of an earlier generation has to be written as a whole */
  constructor(private wholeSince: number) {}

  /** Notes a change of that generation: the last one that was noted, or a later one. @param series how many the family has */
  add(generation: number, offset: number, numbers: number, series: number): void {
    const list = this.lists[generation % GENERATIONS] as Ranges;
    if (list.generation !== generation) {
      if (list.count > 0) this.forget(list.generation);
      list.begin(generation);
    }
    if (this.wholeSince >= generation) return;
    list.add(offset, numbers);
    if (list.count <= Math.max(FEWEST_RANGES, series * MOST_SHARE)) return;
    this.forget(generation);
    list.begin(generation);
  }

  /** Forgets what has changed up to that generation: columns of earlier ones have to be written as a whole. */
  forget(generation: number): void {
    this.wholeSince = Math.max(this.wholeSince, generation);
  }

  /** Notes that all numbers are at other places, in new columns. @param generation of the only column that has them there */
  forgetAll(generation: number): void {
    for (const list of this.lists) list.begin(0);
    this.forget(generation);
  }

  /** Whether a column of that generation has to be written as a whole. */
  isTooOld({ generation }: Column): boolean {
    return generation < this.wholeSince;
  }

  /** Whether anything has changed since a column of that generation was written. */
  hasChangedSince({ generation }: Column): boolean {
    for (const list of this.lists) if (list.generation > generation && list.count > 0) return true;
    return false;
  }

  /** Copies what has changed since `to` was written. */
  *copyChanges(from: Column, to: Column): Sliced {
    for (const list of this.lists) {
      if (list.generation > to.generation) yield* list.copy(from.values, to.values);
    }
  }
}

const NO_NUMBERS = new Uint32Array(0);

/** Ranges of numbers, those of one generation. */
class Ranges {
  generation = 0;
  count = 0;
  /** Two per range: where it begins, and how many numbers it has. */
  private numbers = NO_NUMBERS;

  begin(generation: number): void {
    // A list that was long once would stay a part of the family's memory for ever.
    if (this.numbers.length > 4 * FEWEST_RANGES + 16 * this.count) this.numbers = NO_NUMBERS;
    this.generation = generation;
    this.count = 0;
  }

  add(offset: number, count: number): void {
    const last = 2 * this.count - 2;
    if (last >= 0) {
      const begin = this.numbers[last] as number;
      const length = this.numbers[last + 1] as number;
      if (offset >= begin && offset + count <= begin + length) return;
      if (offset === begin + length) {
        this.numbers[last + 1] = length + count;
        return;
      }
    }
    if (last + 2 >= this.numbers.length) this.grow();
    this.numbers[last + 2] = offset;
    this.numbers[last + 3] = count;
    this.count++;
  }

  private grow(): void {
    const larger = new Uint32Array(Math.max(16, 2 * this.numbers.length));
    larger.set(this.numbers);
    this.numbers = larger;
  }

  *copy(from: Float64Array, to: Float64Array): Sliced {
    for (let i = 0; i < this.count; i++) {
      if (i % STEP_RANGES === 0) yield;
      const offset = this.numbers[2 * i] as number;
      const count = this.numbers[2 * i + 1] as number;
      if (count > FEW_NUMBERS) yield* copyNumbers(from, to, offset, count);
      else for (let at = offset; at < offset + count; at++) to[at] = from[at] as number;
    }
  }
}

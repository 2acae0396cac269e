/** The points of one open chart: at most an hour of seconds, in typed arrays. */
import { groupBy } from '../words/group';

/** Points that are kept. Room for a few more, so that old ones go many at a time. */
const MAX_POINTS = 3600;
const ROOM = MAX_POINTS + 400;
const FIRST_ROOM = 512;

export class PointBuffer {
  names: readonly string[] = [];
  length = 0;
  /** Epoch milliseconds. */
  times = new Float64Array(FIRST_ROOM);
  /** By series, in the order of the names. `NaN` is unknown. */
  values: Float64Array[] = [];

  /** Series that stay keep their points. Two may have one name, such as a route `other` beside the rest. */
  rename(names: readonly string[]): void {
    const known = groupBy(this.values.keys(), (index) => this.names[index]!);
    this.values = names.map((name) => {
      const index = known.get(name)?.shift();
      return index === undefined ? new Float64Array(this.times.length).fill(Number.NaN) : this.values[index]!;
    });
    this.names = names;
  }

  /** Points that come again replace those that are known. */
  add(times: readonly number[], values: readonly (readonly (number | null)[])[]): void {
    const [first] = times;
    if (first === undefined) return;
    while (this.length > 0 && this.times[this.length - 1]! >= first) this.length--;
    for (const [at, time] of times.entries()) {
      if (this.length === this.times.length) this.#makeRoom();
      this.times[this.length] = time;
      for (const [series, column] of this.values.entries()) {
        column[this.length] = values[series]?.[at] ?? Number.NaN;
      }
      this.length++;
    }
  }

  #makeRoom(): void {
    if (this.length >= ROOM) {
      const from = this.length - MAX_POINTS;
      for (const column of [this.times, ...this.values]) column.copyWithin(0, from, this.length);
      this.length = MAX_POINTS;
      return;
    }
    const room = Math.min(ROOM, this.times.length * 2);
    const grow = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const larger = new Float64Array(room).fill(Number.NaN);
      larger.set(column);
      return larger;
    };
    this.times = grow(this.times);
    this.values = this.values.map(grow);
  }

  /** Index of the first point that is not before a time. */
  since(time: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.times[middle]! < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The newest number of a series. `NaN`: there is none. */
  last(series: number): number {
    return this.length === 0 ? Number.NaN : this.values[series]![this.length - 1]!;
  }
}

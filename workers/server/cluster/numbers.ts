/** Columns of the cluster's numbers: in shared memory, and copied where they are written. */
import { START } from '../../../protocol/snapshot';

export function shared(numbers: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT));
}

/** A copy that has room for more series: `NaN` as their start says that they are not there. */
export function grown(values: Float64Array, numbers: number, offsets: Int32Array): Float64Array {
  const copy = shared(numbers);
  copy.set(values);
  // Offsets ascend.
  for (let i = offsets.length - 1; i >= 0; i--) {
    const offset = offsets[i] as number;
    if (offset < values.length) break;
    copy[offset + START] = NaN;
  }
  return copy;
}

/** What ended runs and former lives of series have left behind. Copied before the first change. */
export class Carried {
  private own = false;

  constructor(private column: Float64Array) {}

  get values(): Float64Array {
    return this.column;
  }

  writable(): Float64Array {
    if (!this.own) {
      const copy = shared(this.column.length);
      copy.set(this.column);
      this.column = copy;
      this.own = true;
    }
    return this.column;
  }

  add(at: number, value: number): void {
    const values = this.writable();
    values[at] = (values[at] as number) + value;
  }

  /** The earliest start of a series, in whichever run. */
  noteStart(at: number, start: number): void {
    if (!((this.column[at] as number) <= start)) this.writable()[at] = start;
  }
}

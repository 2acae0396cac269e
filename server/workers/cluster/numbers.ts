/** Columns of the cluster's numbers: in shared memory, and copied where they are written. */
import { START } from '../../../core/snapshot';

export function shared(numbers: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT));
}

/**
 * A copy that has room for more series: `NaN` as their start says that they are not there.
 * @param copy where to, zeros; new if not told
 */
export function grown(
  values: Float64Array,
  numbers: number,
  offsets: Int32Array,
  copy = shared(numbers),
): Float64Array {
  copy.set(values);
  // Offsets ascend.
  for (let i = offsets.length - 1; i >= 0; i--) {
    const offset = offsets[i] as number;
    if (offset < values.length) break;
    copy[offset + START] = NaN;
  }
  return copy;
}

/** Memory that may be written again. */
export class Spare {
  private readonly buffers: SharedArrayBuffer[];

  constructor(buffers: readonly SharedArrayBuffer[]) {
    this.buffers = [...buffers];
  }

  /** @returns as many zeros, but where `kept` numbers are going to be written */
  take(numbers: number, kept: number): Float64Array {
    const at = this.buffers.findIndex(({ byteLength }) => byteLength === numbers * Float64Array.BYTES_PER_ELEMENT);
    if (at < 0) return shared(numbers);
    const [buffer] = this.buffers.splice(at, 1) as [SharedArrayBuffer];
    return new Float64Array(buffer).fill(0, kept);
  }
}

/** What ended runs and former lives of series have left behind. Copied before the first change. */
export class Carried {
  /** Whether more is carried than was at first. */
  hasGrown = false;
  private own = false;

  constructor(private column: Float64Array) {}

  get values(): Float64Array {
    return this.column;
  }

  /** To be added to. */
  writable(): Float64Array {
    this.hasGrown = true;
    return this.copied();
  }

  add(at: number, value: number): void {
    const values = this.writable();
    values[at] = (values[at] as number) + value;
  }

  /** The earliest start of a series, in whichever run. */
  noteStart(at: number, start: number): void {
    if (!((this.column[at] as number) <= start)) this.copied()[at] = start;
  }

  private copied(): Float64Array {
    if (!this.own) {
      const copy = shared(this.column.length);
      copy.set(this.column);
      this.column = copy;
      this.own = true;
    }
    return this.column;
  }
}

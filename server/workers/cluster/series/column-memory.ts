/** Columns of an app's numbers, in shared memory. States share them, so that a column is copied before it is changed. */
import { START } from '../../../../core/snapshot';

/** @param numbers length of the column */
export function shared(numbers: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(numbers * Float64Array.BYTES_PER_ELEMENT));
}

/**
 * A copy with room for more series. `NaN` as their start time says that the run does not have them.
 *
 * @param numbers length of the copy
 * @param offsets of all series, ascending
 * @param copy is written, and has to be zeros behind `values`; new memory by default
 */
export function grown(
  values: Float64Array,
  numbers: number,
  offsets: Int32Array,
  copy = shared(numbers),
): Float64Array {
  copy.set(values);
  for (let i = offsets.length - 1; i >= 0; i--) {
    const offset = offsets[i] as number;
    if (offset < values.length) break;
    copy[offset + START] = NaN;
  }
  return copy;
}

/** Memory of a former state, in which columns are written again. */
export class SpareMemory {
  private readonly buffers: SharedArrayBuffer[];

  constructor(buffers: readonly SharedArrayBuffer[]) {
    this.buffers = [...buffers];
  }

  /** @returns a column of that length: zeros, but for the first `kept` numbers, which may be anything */
  take(numbers: number, kept: number): Float64Array {
    const at = this.buffers.findIndex(({ byteLength }) => byteLength === numbers * Float64Array.BYTES_PER_ELEMENT);
    if (at < 0) return shared(numbers);
    const [buffer] = this.buffers.splice(at, 1) as [SharedArrayBuffer];
    return new Float64Array(buffer).fill(0, kept);
  }
}

/** Whether a snapshot has the numbers of an earlier one. */
import { strideOf, type PreviousNumbers, type Snapshot } from '../../core/snapshot';

/** @returns false too where they only stand at other places, or where the snapshot before had further series */
export function haveSameNumbers({ scopes, values }: Snapshot, previous: PreviousNumbers): boolean {
  let used = 0;
  for (const { families } of scopes) {
    for (const { pages } of families) {
      for (const { page, base } of pages) used = Math.max(used, base + page.size * strideOf(page.layout));
    }
  }
  return used <= previous.values.length && bytesOf(values, used).equals(bytesOf(previous.values, used));
}

function bytesOf({ buffer, byteOffset, BYTES_PER_ELEMENT }: Float64Array, numbers: number): Buffer {
  return Buffer.from(buffer, byteOffset, numbers * BYTES_PER_ELEMENT);
}

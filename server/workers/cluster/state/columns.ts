/**
 * What has changed in a column of numbers, as bytes: how many numbers, the distance of each from the one before, and the
 * numbers themselves, not the differences. Written as stripes, see `core/wire/numbers.ts`.
 */
import { START } from '../../../../core/snapshot';
import type { ByteReader, ByteWriter } from '../../../../core/wire/numbers';

/** Numbers per stripe: a stripe of whole numbers takes fewer bytes than one in which a single number is a fraction. */
const BLOCK = 1024;

/** Numbers of a column that have changed, as they are read. */
export interface Changes {
  /** Ascending. */
  readonly positions: Float64Array;
  readonly numbers: Float64Array;
}

/**
 * Writes the numbers that have changed; nothing if none have.
 *
 * @param before has the length of `after`
 * @returns whether there are any
 */
export function writeChanges(writer: ByteWriter, before: Float64Array, after: Float64Array): boolean {
  let distances = new Float64Array(BLOCK);
  let numbers = new Float64Array(BLOCK);
  let count = 0;
  for (let i = 0, last = -1; i < after.length; i++) {
    const number = after[i]!;
    // NaN is equal to itself here, and -0 to 0.
    if (before[i] === number || (number !== number && Number.isNaN(before[i]))) continue;
    if (count === numbers.length) [distances, numbers] = [twice(distances), twice(numbers)];
    distances[count] = i - last;
    numbers[count++] = number;
    last = i;
  }
  if (count === 0) return false;
  writer.stripe(Float64Array.of(count), 0, 1, 1);
  for (const values of [distances, numbers]) forEachBlock(count, (at, size) => writer.stripe(values, at, 1, size));
  return true;
}

function twice(values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * values.length);
  larger.set(values);
  return larger;
}

/** @throws RangeError if these are no changes of a column of that length */
export function readChanges(reader: ByteReader, length: number): Changes {
  const head = new Float64Array(1);
  reader.stripe(head, 0, 1, 1);
  const count = head[0]!;
  if (!(Number.isInteger(count) && count >= 0 && count <= length)) throw new RangeError(`${count} changed numbers`);
  const [positions, numbers] = [new Float64Array(count), new Float64Array(count)];
  for (const values of [positions, numbers]) forEachBlock(count, (at, size) => reader.stripe(values, at, 1, size));
  for (let i = 0, last = -1; i < count; i++) {
    if (!(Number.isInteger(positions[i]!) && positions[i]! > 0)) throw new RangeError('changed numbers do not ascend');
    positions[i] = last += positions[i]!;
  }
  if (count > 0 && !(positions[count - 1]! < length)) throw new RangeError('a changed number is not in its column');
  return { positions, numbers };
}

function forEachBlock(length: number, visit: (at: number, count: number) => void): void {
  for (let at = 0; at < length; at += BLOCK) visit(at, Math.min(BLOCK, length - at));
}

/** A column that grows while records are read. */
export class GrowingColumn {
  private values = new Float64Array(64);
  private length = 0;

  /** @param offsets of all series, ascending: new ones get no start time; `undefined` for a column without start times */
  grow(length: number, offsets: readonly number[] | undefined): void {
    if (length > this.values.length) {
      const larger = new Float64Array(2 * length);
      larger.set(this.values.subarray(0, this.length));
      this.values = larger;
    }
    for (let i = (offsets?.length ?? 0) - 1; i >= 0 && offsets![i]! >= this.length; i--) {
      this.values[offsets![i]! + START] = NaN;
    }
    this.length = length;
  }

  apply({ positions, numbers }: Changes): void {
    for (let i = 0; i < positions.length; i++) this.values[positions[i]!] = numbers[i]!;
  }

  get numbers(): Float64Array {
    return this.values.subarray(0, this.length);
  }
}

/**
 * Stripes as bytes. A stripe is the same number of every series of a page, such as the counts of all its histograms. Its
 * first byte tells how the numbers are written:
 *
 * - `0` all numbers are the same: that one number
 * - `1` all are integers: zigzag varints (7 bits a byte, the lowest first; the highest bit says that more follow)
 * - `2` anything else: each number
 *
 * Numbers are IEEE 754 doubles, little endian, except in varints. Every bit of NaN, infinities and -0 survives.
 *
 * The loops are functions of bytes and numbers only. V8 drops optimized code when the hidden class it was made for is
 * collected, and the objects of one payload are collected with it.
 */
import { dataOf, withRoom } from '../bytes';

const CONSTANT = 0;
const INTEGERS = 1;
const DOUBLES = 2;

/** Zigzag doubles a number, and above 2^53 doubles are not exact. */
const INTEGER_LIMIT = 2 ** 52;
/** Numbers below this one fit into 31 bits once they are doubled. */
const SHORT_LIMIT = 2 ** 30;
/** The longest varint, and a double, take this many bytes. */
const MAX_NUMBER_BYTES = 8;

export class ByteWriter {
  private bytes = Buffer.allocUnsafe(64 * 1024);
  private length = 0;

  /**
   * @param from index in `values` of the stripe's first number
   * @param stride distance in `values` from one number of the stripe to the next
   * @param count numbers of the stripe; nothing is written if there are none
   */
  stripe(values: Float64Array, from: number, stride: number, count: number): void {
    if (count === 0) return;
    this.bytes = withRoom(this.bytes, this.length, 1 + count * MAX_NUMBER_BYTES);
    const same = areSame(values, from, stride, count);
    const integers = !same && areIntegers(values, from, stride, count);
    this.bytes[this.length++] = same ? CONSTANT : integers ? INTEGERS : DOUBLES;
    const write = integers ? writeVarints : writeDoubles;
    this.length = write(this.bytes, this.length, values, from, stride, same ? 1 : count);
  }

  finish(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

function areSame(values: Float64Array, from: number, stride: number, count: number): boolean {
  const first = values[from] as number;
  for (let i = 1, at = from + stride; i < count; i++, at += stride) {
    if (!Object.is(values[at], first)) return false;
  }
  return true;
}

function areIntegers(values: Float64Array, from: number, stride: number, count: number): boolean {
  for (let i = 0, at = from; i < count; i++, at += stride) {
    if (!isSmallInteger(values[at] as number)) return false;
  }
  return true;
}

function isSmallInteger(value: number): boolean {
  if ((value | 0) === value) return value !== 0 || !Object.is(value, -0);
  return Number.isInteger(value) && Math.abs(value) < INTEGER_LIMIT;
}

/** @returns index in `bytes` behind the last byte written */
function writeVarints(
  bytes: Uint8Array,
  start: number,
  values: Float64Array,
  from: number,
  stride: number,
  count: number,
): number {
  let to = start;
  for (let i = 0, at = from; i < count; i++, at += stride) {
    const value = values[at] as number;
    if (value >= 0 && value < SHORT_LIMIT) {
      let rest = value << 1;
      for (; rest >= 0x80; rest >>>= 7) bytes[to++] = (rest & 0x7f) | 0x80;
      bytes[to++] = rest;
    } else to = writeLongVarint(bytes, to, value);
  }
  return to;
}

function writeLongVarint(bytes: Uint8Array, start: number, value: number): number {
  let to = start;
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  while (rest >= 0x80) {
    bytes[to++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  bytes[to++] = rest;
  return to;
}

function writeDoubles(
  bytes: Uint8Array,
  start: number,
  values: Float64Array,
  from: number,
  stride: number,
  count: number,
): number {
  const data = dataOf(bytes);
  let to = start;
  for (let i = 0, at = from; i < count; i++, at += stride, to += 8) data.setFloat64(to, values[at] as number, true);
  return to;
}

export class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /**
   * Reads what {@link ByteWriter.stripe} has written, with the same arguments.
   *
   * @throws RangeError if the bytes end early or are not those of a stripe
   */
  stripe(values: Float64Array, from: number, stride: number, count: number): void {
    if (count === 0) return;
    const mode = this.take(1)[0] as number;
    switch (mode) {
      case CONSTANT: {
        this.at = readDoubles(this.bytes, this.at, values, from, stride, 1);
        const value = values[from] as number;
        for (let i = 1, at = from + stride; i < count; i++, at += stride) values[at] = value;
        return;
      }
      case INTEGERS:
        this.at = readVarints(this.bytes, this.at, values, from, stride, count);
        return;
      case DOUBLES:
        this.at = readDoubles(this.bytes, this.at, values, from, stride, count);
        return;
      default:
        throw new RangeError(`unknown way ${mode} of writing a stripe`);
    }
  }

  take(length: number): Buffer {
    if (length > this.left) throw new RangeError(`${length} bytes expected, fewer are left`);
    return this.bytes.subarray(this.at, (this.at += length));
  }

  get left(): number {
    return this.bytes.length - this.at;
  }
}

/** @returns index in `bytes` behind the last byte read */
function readVarints(
  bytes: Uint8Array,
  start: number,
  values: Float64Array,
  from: number,
  stride: number,
  count: number,
): number {
  let read = start;
  for (let i = 0, at = from; i < count; i++, at += stride) {
    let rest = 0;
    let shift = 0;
    // Behind the end of the bytes there is `undefined`, for which all comparisons are false.
    let byte = bytes[read++] as number;
    for (; byte >= 0x80 && shift < 21; shift += 7, byte = bytes[read++] as number) rest |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      rest |= byte << shift;
      values[at] = (rest & 1) === 0 ? rest >> 1 : -((rest + 1) >> 1);
      continue;
    }
    for (let factor = 2 ** shift; ; factor *= 0x80, byte = bytes[read++] as number) {
      if (!(byte >= 0)) throw new RangeError('the bytes end within a stripe');
      if (factor > 2 ** 53) throw new RangeError('an integer has too many bytes');
      rest += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    values[at] = rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
  }
  return read;
}

function readDoubles(
  bytes: Uint8Array,
  start: number,
  values: Float64Array,
  from: number,
  stride: number,
  count: number,
): number {
  if (count * 8 > bytes.length - start) throw new RangeError('the bytes end within a stripe');
  const data = dataOf(bytes);
  let read = start;
  for (let i = 0, at = from; i < count; i++, at += stride, read += 8) values[at] = data.getFloat64(read, true);
  return read;
}

/**
 * Columns of numbers as bytes. One byte tells how a column is written:
 *
 * - `0` all numbers are the same: that one number
 * - `1` all are integers: zigzag varints (7 bits a byte, the lowest first; the highest bit says that more follow)
 * - `2` anything else
 *
 * Numbers are IEEE 754 doubles, little endian. NaN, infinities and -0 come back as they went.
 */

const CONSTANT = 0;
const INTEGERS = 1;
const DOUBLES = 2;

/** Zigzag doubles the number: what is larger than this does not stay exact. */
const LARGEST_INTEGER = 2 ** 52;

export class ByteWriter {
  private bytes = Buffer.allocUnsafe(64 * 1024);
  private length = 0;

  /** @param stride distance from one number of the column to the next in `values` */
  column(values: Float64Array, from: number, stride: number, count: number): void {
    if (count === 0) return;
    this.reserve(1 + count * 8);
    const first = values[from] as number;
    let same = true;
    let integers = true;
    for (let i = 0, at = from; i < count; i++, at += stride) {
      const value = values[at] as number;
      if (same && !Object.is(value, first)) same = false;
      if (integers && !isSmallInteger(value)) integers = false;
      if (!same && !integers) break;
    }
    this.bytes[this.length++] = same ? CONSTANT : integers ? INTEGERS : DOUBLES;
    if (same) this.double(first);
    else
      for (let i = 0, at = from; i < count; i++, at += stride) {
        if (integers) this.varint(values[at] as number);
        else this.double(values[at] as number);
      }
  }

  finish(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  private double(value: number): void {
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  private varint(value: number): void {
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + more));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

function isSmallInteger(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < LARGEST_INTEGER && !Object.is(value, -0);
}

export class ByteReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  /** @throws RangeError where the bytes end early or say something that no writer writes */
  column(values: Float64Array, from: number, stride: number, count: number): void {
    if (count === 0) return;
    const mode = this.byte();
    switch (mode) {
      case CONSTANT: {
        const value = this.double();
        for (let i = 0, at = from; i < count; i++, at += stride) values[at] = value;
        return;
      }
      case INTEGERS:
        for (let i = 0, at = from; i < count; i++, at += stride) values[at] = this.varint();
        return;
      case DOUBLES:
        for (let i = 0, at = from; i < count; i++, at += stride) values[at] = this.double();
        return;
      default:
        throw new RangeError(`unknown way ${mode} of writing a column`);
    }
  }

  take(length: number): Buffer {
    if (length > this.bytes.length - this.at) throw new RangeError(`${length} bytes expected, fewer are left`);
    return this.bytes.subarray(this.at, (this.at += length));
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  private byte(): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new RangeError('the bytes end within a column');
    return value;
  }

  private double(): number {
    const value = this.bytes.readDoubleLE(this.at); // a RangeError by itself where the bytes end
    this.at += 8;
    return value;
  }

  private varint(): number {
    let rest = 0;
    let factor = 1;
    for (;;) {
      const byte = this.byte();
      rest += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 0x80;
      if (factor > 2 ** 53) throw new RangeError('an integer has too many bytes');
    }
    return rest % 2 === 0 ? rest / 2 : -(rest + 1) / 2;
  }
}

/** Bytes that grow as they are written. */
import { writeNumber } from '../../text/digits';

/** Any number takes less. */
const MAX_NUMBER = 32;

export class Bytes {
  buffer = Buffer.allocUnsafe(256);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  append(source: Buffer, from = 0, to = source.length): void {
    this.reserve(to - from);
    source.copy(this.buffer, this.length, from, to);
    this.length += to - from;
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** In digits. */
  number(value: number): void {
    this.reserve(MAX_NUMBER);
    this.length = writeNumber(this.buffer, this.length, value);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  /** @param value a whole number from 0 on; larger than 32 bits too */
  varint(value: number): void {
    this.reserve(10);
    let rest = value;
    while (rest > 0x7fffffff) {
      const next = Math.floor(rest / 128);
      this.buffer[this.length++] = (rest - next * 128) | 0x80;
      rest = next;
    }
    let small = rest | 0;
    while (small > 127) {
      this.buffer[this.length++] = (small & 127) | 128;
      small >>>= 7;
    }
    this.buffer[this.length++] = small;
  }

  /** As `sint32` and `sint64` have it: 0, -1, 1, -2, 2… */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A field of protobuf that is a string. */
  text(tag: number, value: string): void {
    const length = Buffer.byteLength(value);
    this.byte(tag);
    this.varint(length);
    this.reserve(length);
    this.length += this.buffer.write(value, this.length);
  }

  /** A field of protobuf that is a message, or numbers one behind the other. */
  message(tag: number, content: Bytes): void {
    this.byte(tag);
    this.varint(content.length);
    this.append(content.buffer, 0, content.length);
  }

  /** @returns a copy */
  toBuffer(): Buffer {
    return Buffer.from(this.buffer.subarray(0, this.length));
  }

  private reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(2 * needed);
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

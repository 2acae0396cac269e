/** Bytes that are appended: text, and fields of protobuf. */
import { withRoom } from '../../../../core/bytes';
import { MAX_NUMBER, writeNumber } from '../../text/lines/digits';

/** Up to this many bytes, a loop is faster than a call of `Buffer.copy`. */
const SHORT_BYTES = 32;
/** Seven bits a byte, and numbers below 2^53. */
const MAX_VARINT_BYTES = 8;

export class Bytes {
  buffer = Buffer.allocUnsafe(256);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  append(source: Buffer, from = 0, to = source.length): void {
    const count = to - from;
    this.reserve(count);
    if (count > SHORT_BYTES) source.copy(this.buffer, this.length, from, to);
    else for (let read = from, at = this.length; read < to;) this.buffer[at++] = source[read++] as number;
    this.length += count;
  }

  utf8(text: string): void {
    const count = Buffer.byteLength(text);
    this.reserve(count);
    this.length += this.buffer.write(text, this.length);
  }

  byte(value: number): void {
    this.reserve(1);
    this.buffer[this.length++] = value;
  }

  /** The number as text. */
  number(value: number): void {
    this.reserve(MAX_NUMBER);
    this.length = writeNumber(this.buffer, this.length, value);
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  /** @param value a whole number from 0 on; above 2^53 it is written as 2^53 - 1 */
  varint(value: number): void {
    this.reserve(MAX_VARINT_BYTES);
    let rest = Math.min(value, Number.MAX_SAFE_INTEGER);
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

  /** A `sint32` or `sint64` of protobuf: 0, -1, 1, -2, 2 … are written as 0, 1, 2, 3, 4 … */
  zigzag(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** A field of protobuf that is a string. */
  text(tag: number, value: string): void {
    this.byte(tag);
    this.varint(Buffer.byteLength(value));
    this.utf8(value);
  }

  /** A field of protobuf that is a message or packed numbers. */
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
    this.buffer = withRoom(this.buffer, this.length, count);
  }
}

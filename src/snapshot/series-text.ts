/**
 * The text of one attribute set as bytes, with its hash. One of these is used for series after series, so that
 * thousands of new series leave no strings behind: what survives a slice costs the garbage collector dearly.
 */
import { randomBytes } from 'node:crypto';

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/, from a start that nobody outside can know. */
const FNV_PRIME = 0x01000193;
const SEED = randomBytes(4).readInt32LE();
const SPACE = 0x20;

export class SeriesText {
  bytes = Buffer.allocUnsafe(4096);
  length = 0;
  hash = 0;

  set(text: string): void {
    this.reserve(text.length * 3 + 1); // what UTF-8 takes at the most
    this.length = this.bytes.write(text);
    this.rehash();
  }

  setBytes(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes);
    this.length = bytes.length;
    this.rehash();
  }

  /** Makes it another text of the same meaning: white space at its end means nothing in JSON. */
  lengthen(): void {
    this.reserve(this.length + 1);
    this.bytes[this.length++] = SPACE;
    this.hash = Math.imul(this.hash ^ SPACE, FNV_PRIME);
  }

  /** Whether `bytes` has this text from `from` to `end`. */
  equals(bytes: Uint8Array, from: number, end: number): boolean {
    return end - from === this.length && this.bytes.compare(bytes, from, end, 0, this.length) === 0;
  }

  private rehash(): void {
    const { bytes, length } = this;
    let hash = SEED;
    for (let i = 0; i < length; i++) hash = Math.imul(hash ^ (bytes[i] as number), FNV_PRIME);
    this.hash = hash;
  }

  private reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * length);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

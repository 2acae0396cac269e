/**
 * The text of one attribute set as bytes, with its hash. One of these is used for series after series, so that
 * thousands of new series leave no strings behind: what survives a slice costs the garbage collector dearly.
 */
import { randomBytes } from 'node:crypto';
import { attributesText } from './attributes';

/** FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/, from a start that nobody outside can know. */
const FNV_PRIME = 0x01000193;
const SEED = randomBytes(4).readInt32LE();
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const TILDE = 0x7e;
const CLOSE = 0x7d;

export class SeriesText {
  bytes = Buffer.allocUnsafe(4096);
  length = 0;
  hash = 0;

  /** The text of {@link attributesText}. */
  set(attributes: unknown): void {
    if (this.writePlain(attributes)) return;
    this.write(attributesText(attributes));
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
    this.hash = hashed(this.hash, SPACE);
  }

  /** Whether `bytes` has this text from `from` to `end`. */
  equals(bytes: Uint8Array, from: number, end: number): boolean {
    const { length, bytes: own } = this;
    if (end - from !== length) return false;
    // Of texts as short as these, a loop is done before Buffer's functions have begun. So it is below.
    for (let i = 0; i < length; i++) if (own[i] !== bytes[from + i]) return false;
    return true;
  }

  copyTo(target: Uint8Array, start: number): void {
    const { length, bytes } = this;
    for (let i = 0; i < length; i++) target[start + i] = bytes[i] as number;
  }

  private write(text: string): void {
    this.reserve(text.length * 3 + 1); // what UTF-8 takes at the most
    this.length = this.bytes.write(text);
  }

  /** Attributes as nearly all are, without a string in between. @returns false if they are not */
  private writePlain(attributes: unknown): boolean {
    if (typeof attributes !== 'object' || attributes === null) return false;
    if (Object.getPrototypeOf(attributes) !== Object.prototype) return false;
    this.length = 0;
    this.hash = SEED;
    let separator = OPEN;
    for (const key in attributes) {
      // In this form V8 knows that it is true, and does not look.
      if (!Object.prototype.hasOwnProperty.call(attributes, key)) return false;
      const value = (attributes as Record<string, unknown>)[key];
      if (typeof value === 'string') {
        if (!this.writeString(separator, key) || !this.writeString(COLON, value)) return false;
      } else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
        if (!this.writeString(separator, key)) return false;
        this.writeBare(String(value));
      } else return false;
      separator = COMMA;
    }
    if (separator === OPEN) return false;
    this.bytes[this.length++] = CLOSE;
    this.hash = hashed(this.hash, CLOSE);
    return true;
  }

  /** @returns false if the text is not one that JSON has as it is, and UTF-8 in a byte per character */
  private writeString(separator: number, text: string): boolean {
    this.reserve(this.length + text.length + 4);
    const { bytes } = this;
    let at = this.length;
    let hash = hashed(hashed(this.hash, separator), QUOTE);
    bytes[at++] = separator;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) return false;
      bytes[at++] = code;
      hash = hashed(hash, code);
    }
    bytes[at++] = QUOTE;
    this.hash = hashed(hash, QUOTE);
    this.length = at;
    return true;
  }

  /** A number or a boolean: ASCII that needs no quotes. */
  private writeBare(text: string): void {
    this.reserve(this.length + text.length + 2);
    const { bytes } = this;
    let at = this.length;
    let hash = hashed(this.hash, COLON);
    bytes[at++] = COLON;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      bytes[at++] = code;
      hash = hashed(hash, code);
    }
    this.hash = hash;
    this.length = at;
  }

  private rehash(): void {
    const { bytes, length } = this;
    let hash = SEED;
    for (let i = 0; i < length; i++) hash = hashed(hash, bytes[i] as number);
    this.hash = hash;
  }

  private reserve(length: number): void {
    if (length <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * length);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}

function hashed(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, FNV_PRIME);
}

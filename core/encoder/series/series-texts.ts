/**
 * Texts of attribute sets as bytes, one behind the other. Thousands of new series leave no strings behind: what survives
 * a slice costs the garbage collector dearly.
 */
import { dataOf, withRoom } from '../../bytes';
import { attributesText } from './attributes';
import { FEW_PAIRS, haveSamePairs, isOfPairs, mixed, pairsHash } from './pairs';
import { hashOf, isSameText } from './text-hash';

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN = 0x7b;
const TILDE = 0x7e;
const CLOSE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const LETTER_F = 0x66;
const LETTER_T = 0x74;
/** Of `{}`. */
const EMPTY_LENGTH = 2;

export class SeriesTexts {
  bytes: Buffer<ArrayBuffer>;
  /** Of the same bytes. */
  data: DataView;
  length = 0;
  /** Where the pairs of the last text begin, if it is a plain one: those of others are found by scanning it. */
  private readonly pairs: number[] = [];
  private pairCount = 0;

  /** @param room bytes that there is room for at first */
  constructor(room = 4096) {
    this.bytes = Buffer.allocUnsafe(room);
    this.data = dataOf(this.bytes);
  }

  clear(): void {
    this.length = 0;
    this.pairCount = 0;
  }

  /** The hash of all texts together. */
  hash(): number {
    return hashOf(this.data, 0, this.length);
  }

  /** The hash of the only text that there is, the same for all orders of its pairs. */
  pairsHash(): number {
    const { data, pairs, pairCount, length } = this;
    if (pairCount === 0) return pairsHash(this.bytes, data, 0, length);
    let sum = 0;
    for (let i = 0; i < pairCount; i++) {
      const behind = i + 1 < pairCount ? (pairs[i + 1] as number) : length;
      sum = (sum + hashOf(data, pairs[i] as number, behind - 1)) | 0;
    }
    return mixed(sum);
  }

  /** Whether the only text that there is has been written without JSON: it is that of its attributes in any reading. */
  get isPlain(): boolean {
    return this.pairCount > 0 || this.length === EMPTY_LENGTH;
  }

  /** Whether the other text has the pairs of the only text that there is, in any order. */
  hasPairsOf(other: Uint8Array, from: number, end: number): boolean {
    const { bytes, pairs, pairCount, length } = this;
    if (pairCount > 0 && pairCount <= FEW_PAIRS) return isOfPairs(bytes, pairs, pairCount, length, other, from, end);
    return isSameText(bytes, 0, length, other, from, end) || haveSamePairs(bytes, length, other, from, end);
  }

  /** Appends the text of {@link attributesText}. */
  append(attributes: unknown): void {
    const start = this.length;
    this.pairCount = 0;
    if (this.appendPlain(attributes)) return;
    this.pairCount = 0;
    const text = attributesText(attributes);
    this.length = start;
    this.reserve(text.length * 3); // what UTF-8 takes at the most
    this.length += this.bytes.write(text, start);
  }

  /**
   * Appends the text of attributes that are given as the bytes of JSON `[["key","value"],…]`, or as none for none.
   *
   * @returns false, with nothing appended, if they are not given so or not all of their values are plain
   */
  appendRecorded(json: Uint8Array, from: number, end: number): boolean {
    // A pair loses its brackets, and the text its outer ones. Two more characters are the braces.
    this.reserve(end - from + 2);
    const start = this.length;
    this.pairCount = 0;
    this.bytes[this.length++] = OPEN;
    if (from === end || this.appendPairs(json, from, end)) {
      this.bytes[this.length++] = CLOSE;
      return true;
    }
    this.length = start;
    this.pairCount = 0;
    return false;
  }

  /** Of what is not such JSON it may read more than is given. */
  private appendPairs(json: Uint8Array, from: number, end: number): boolean {
    const { bytes, pairs } = this;
    let to = this.length;
    let count = 0;
    if (json[from] !== OPEN_BRACKET) return false;
    for (let at = from + 1; ; at++) {
      if (json[at++] !== OPEN_BRACKET) return false;
      pairs[count++] = to;
      const comma = copyString(json, at, bytes, to);
      if (json[comma] !== COMMA) return false;
      to += comma - at;
      bytes[to++] = COLON;
      const behind = copyValue(json, comma + 1, bytes, to);
      if (json[behind] !== CLOSE_BRACKET) return false;
      to += behind - comma - 1;
      at = behind + 1;
      if (at === end - 1) break;
      if (json[at] !== COMMA) return false;
      bytes[to++] = COMMA;
    }
    if (json[end - 1] !== CLOSE_BRACKET) return false;
    this.length = to;
    this.pairCount = count;
    return true;
  }

  appendText(bytes: Uint8Array, from: number, end: number): void {
    this.reserve(end - from);
    const { bytes: own } = this;
    let at = this.length;
    // For texts as short as these a loop is faster than Buffer's functions. The same holds below.
    for (let i = from; i < end; i++) own[at++] = bytes[i] as number;
    this.length = at;
  }

  /** Appends texts that stand one behind the other, each with its line feed. */
  appendAll(bytes: Uint8Array, from: number, end: number): void {
    this.reserve(end - from);
    this.bytes.set(bytes.subarray(from, end), this.length);
    this.length += end - from;
  }

  /** Ends a text, which has no line feed in it. */
  appendLineFeed(): void {
    this.reserve(1);
    this.bytes[this.length++] = LINE_FEED;
  }

  /** Appends attributes as nearly all are, without a string in between. @returns false for others */
  private appendPlain(attributes: unknown): boolean {
    if (typeof attributes !== 'object' || attributes === null) return false;
    if (Object.getPrototypeOf(attributes) !== Object.prototype) return false;
    let separator = OPEN;
    for (const key in attributes) {
      // Written in this form, V8 knows the answer without a look-up.
      if (!Object.prototype.hasOwnProperty.call(attributes, key)) return false;
      const value = (attributes as Record<string, unknown>)[key];
      this.pairs[this.pairCount++] = this.length + 1;
      if (typeof value === 'string') {
        if (!this.appendString(separator, key) || !this.appendString(COLON, value)) return false;
      } else if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value))) {
        if (!this.appendString(separator, key)) return false;
        this.appendBare(String(value));
      } else return false;
      separator = COMMA;
    }
    if (separator === OPEN) return false;
    this.reserve(1);
    this.bytes[this.length++] = CLOSE;
    return true;
  }

  /** @returns false if JSON would escape something in the text, or UTF-8 takes more than a byte for a character */
  private appendString(separator: number, text: string): boolean {
    this.reserve(text.length + 3);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = separator;
    bytes[at++] = QUOTE;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code < SPACE || code > TILDE || code === QUOTE || code === BACKSLASH) return false;
      bytes[at++] = code;
    }
    bytes[at++] = QUOTE;
    this.length = at;
    return true;
  }

  /** A number or a boolean: ASCII that needs no quotes. */
  private appendBare(text: string): void {
    this.reserve(text.length + 1);
    const { bytes } = this;
    let at = this.length;
    bytes[at++] = COLON;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  private reserve(more: number): void {
    const bytes = withRoom(this.bytes, this.length, more);
    if (bytes === this.bytes) return;
    this.bytes = bytes;
    this.data = dataOf(bytes);
  }
}

/** @returns the index behind the string that begins at `at`; -1 where it is none that needs no escapes */
function copyString(json: Uint8Array, at: number, bytes: Uint8Array, to: number): number {
  if (json[at] !== QUOTE) return -1;
  bytes[to++] = QUOTE;
  for (let i = at + 1; i < json.length; i++) {
    const byte = json[i] as number;
    if (byte < SPACE || byte > TILDE || byte === BACKSLASH) return -1;
    bytes[to++] = byte;
    if (byte === QUOTE) return i + 1;
  }
  return -1;
}

/** @returns the index behind the string, number or boolean that begins at `at`; -1 where it is none */
function copyValue(json: Uint8Array, at: number, bytes: Uint8Array, to: number): number {
  const first = json[at] as number;
  if (first === QUOTE) return copyString(json, at, bytes, to);
  if (!isBareStart(first)) return -1;
  for (let i = at; i < json.length; i++) {
    const byte = json[i] as number;
    if (byte === CLOSE_BRACKET) return i;
    bytes[to++] = byte;
  }
  return -1;
}

/** Whether a number or a boolean may begin so. `null` stands for what JSON has no text for. */
function isBareStart(code: number): boolean {
  return (code >= DIGIT_0 && code <= DIGIT_9) || code === MINUS || code === LETTER_T || code === LETTER_F;
}

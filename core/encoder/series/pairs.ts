/**
 * Hashes and compares attribute sets in any order of their keys, which differs between the fresh objects that applications
 * record with. A text of `attributesText` is taken as a set of pairs, each of them a key with its value.
 */
import { hashOf, isSameText } from './text-hash';

const QUOTE = 0x22;
const COMMA = 0x2c;
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/** Up to so many pairs are compared each with each. */
export const FEW_PAIRS = 16;

/** @returns where the pair that begins at `from` ends: the index of the comma or of the last brace behind it */
function endOfPair(bytes: Uint8Array, from: number): number {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) at = endOfString(bytes, at);
    else if (byte === BRACE || byte === BRACKET) depth++;
    else if (depth === 0 && (byte === COMMA || byte === CLOSE_BRACE)) return at;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
  return bytes.length;
}

/** @param at of the quote before it @returns the index of the quote behind it */
function endOfString(bytes: Uint8Array, at: number): number {
  let end = at + 1;
  while (end < bytes.length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1;
  return end;
}

/**
 * The same for all orders of the pairs.
 * @param data of the same bytes
 */
export function pairsHash(bytes: Uint8Array, data: DataView, from: number, end: number): number {
  let sum = 0;
  for (let at = from + 1; at < end - 1;) {
    const behind = endOfPair(bytes, at);
    sum = (sum + hashOf(data, at, behind)) | 0;
    at = behind + 1;
  }
  return mixed(sum);
}

/** The hash of a text by the sum of its pairs' hashes: the index takes the lowest bits of it. */
export function mixed(sum: number): number {
  const half = Math.imul(sum ^ (sum >>> 16), 0x85ebca6b);
  return half ^ (half >>> 13);
}

/**
 * Whether the other text has the same pairs, if it is known where those of `text` begin. No pair that is compared here can be
 * the beginning of a longer one: they are keys with texts, numbers or booleans, and a comma or the brace is behind them.
 * @param starts of the pairs of `text`, at least `count`
 */
export function isOfPairs(
  text: Uint8Array,
  starts: readonly number[],
  count: number,
  length: number,
  other: Uint8Array,
  from: number,
  end: number,
): boolean {
  if (end - from !== length) return false;
  let at = from + 1;
  for (let found = 0; found < count; found++) {
    let tries = 0;
    // Most often it is the one at the same place.
    for (let i = found; ; i = i + 1 < count ? i + 1 : 0) {
      if (tries++ === count) return false;
      const start = starts[i] as number;
      const behind = i + 1 < count ? (starts[i + 1] as number) - 1 : length - 1;
      const stop = at + behind - start;
      if (stop >= end || (other[stop] !== COMMA && stop !== end - 1)) continue;
      if (isSameText(text, start, behind, other, at, stop)) {
        at = stop + 1;
        break;
      }
    }
  }
  // No text has a key twice.
  return at === end;
}

/** Whether the texts, which differ, are of the same pairs. */
export function haveSamePairs(text: Uint8Array, length: number, other: Uint8Array, from: number, end: number): boolean {
  if (end - from !== length) return false;
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 1; at < length - 1; at = (ends.at(-1) as number) + 1) {
    starts.push(at);
    ends.push(endOfPair(text, at));
  }
  if (starts.length > FEW_PAIRS) return haveManySamePairs(text, length, other, from, end);
  let pairs = 0;
  for (let at = from + 1; at < end - 1; pairs++) {
    const behind = endOfPair(other, at);
    if (!isAmong(text, starts, ends, other, at, behind)) return false;
    at = behind + 1;
  }
  // No text has a key twice.
  return pairs === starts.length;
}

function isAmong(
  text: Uint8Array,
  starts: readonly number[],
  ends: readonly number[],
  other: Uint8Array,
  from: number,
  end: number,
): boolean {
  for (let i = 0; i < starts.length; i++) {
    const start = starts[i] as number;
    if ((ends[i] as number) - start === end - from && isSameText(text, start, ends[i] as number, other, from, end)) {
      return true;
    }
  }
  return false;
}

/** The same for many pairs: comparing each with each would take too long. */
function haveManySamePairs(text: Uint8Array, length: number, other: Uint8Array, from: number, end: number): boolean {
  const pairs = new Set(pairsOf(text, 0, length));
  const others = pairsOf(other, from, end);
  return others.length === pairs.size && others.every((pair) => pairs.has(pair));
}

function pairsOf(bytes: Uint8Array, from: number, end: number): string[] {
  const pairs: string[] = [];
  for (let at = from + 1; at < end - 1;) {
    const behind = endOfPair(bytes, at);
    pairs.push(Buffer.from(bytes.subarray(at, behind)).toString('latin1'));
    at = behind + 1;
  }
  return pairs;
}

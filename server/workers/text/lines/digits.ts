/** Writes numbers as the official serializer does: in the form of JavaScript, with `+Inf` and `-Inf` for infinities. */

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Bytes that are enough for any number: the longest ones take 25. */
export const MAX_NUMBER = 32;

/** Integers from here on are written by `String`: the loop below works on 32-bit halves. */
const INTEGER_LIMIT = 1e15;
/** Between these two, each digit of a fraction can be calculated without rounding. */
const FRACTION_FROM = 4;
const FRACTION_LIMIT = 2 ** 31;

/** @returns the index behind the last byte written */
export function writeNumber(bytes: Buffer, at: number, value: number): number {
  const size = Math.abs(value);
  if (Number.isInteger(size)) {
    if (size < INTEGER_LIMIT) return writeInteger(bytes, value < 0 ? writeByte(bytes, at, MINUS) : at, size);
  } else if (size > FRACTION_FROM && size < FRACTION_LIMIT) {
    return writeFraction(bytes, value < 0 ? writeByte(bytes, at, MINUS) : at, size);
  }
  return writeAscii(bytes, at, numberText(value));
}

export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function writeByte(bytes: Buffer, at: number, byte: number): number {
  bytes[at] = byte;
  return at + 1;
}

function writeAscii(bytes: Buffer, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

function writeInteger(bytes: Buffer, at: number, value: number): number {
  if (value >= 1e9) {
    const high = Math.floor(value / 1e9);
    const end = writeInteger(bytes, at, high) + 9;
    writeDigits(bytes, end - 9, end, (value - high * 1e9) | 0);
    return end;
  }
  const end = at + countDigits(value);
  writeDigits(bytes, at, end, value | 0);
  return end;
}

/** @param value below 2^31, with at most `end - from` digits; leading zeros fill the rest */
function writeDigits(bytes: Buffer, from: number, end: number, value: number): void {
  let rest = value;
  for (let i = end - 1; i >= from; i--) {
    const next = (rest / 10) | 0;
    bytes[i] = ZERO + rest - next * 10;
    rest = next;
  }
}

/** Of an integer from 0 to 10^9 - 1. */
function countDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  return value < 100_000_000 ? 8 : 9;
}

/** By the number of leading zeros of a 32-bit integer: half the distance between neighbouring doubles of that size. */
const HALF_GAPS = Float64Array.from({ length: 32 }, (_, zeros) => 2 ** (31 - zeros - 53));

/**
 * Writes as few digits as tell the number from its neighbours, and of these the nearest ones, as JavaScript demands
 * (https://tc39.es/ecma262/#sec-numeric-types-number-tostring). The fraction is a multiple of 2^-50, and still fits into 53
 * bits after each multiplication by 10, so that no step rounds.
 */
function writeFraction(bytes: Buffer, from: number, value: number): number {
  const whole = value | 0;
  let at = writeByte(bytes, writeInteger(bytes, from, whole), POINT);
  let rest = value - whole;
  let halfGap = HALF_GAPS[Math.clz32(whole)] as number;
  let digit: number;
  do {
    rest *= 10;
    halfGap *= 10;
    digit = rest | 0;
    rest -= digit;
    bytes[at++] = ZERO + digit;
  } while (rest >= halfGap && rest <= 1 - halfGap);
  // A 9 is never rounded up: the loop would have ended one digit earlier. Of two digits that are as near, the even one.
  if (rest > 0.5 || (rest === 0.5 && digit % 2 === 1)) bytes[at - 1] = ZERO + digit + 1;
  return at;
}

/** By number of digits: the smallest whole number with so many, and the smallest one with more. */
const LEAST = new Int32Array(MAX_NUMBER);
const BEYOND = new Int32Array(MAX_NUMBER);
for (let digits = 1; digits <= 9; digits++) {
  LEAST[digits] = digits === 1 ? 0 : 10 ** (digits - 1);
  BEYOND[digits] = 10 ** digits;
}

/** Whether a whole number is below 10^9, not negative, and has so many digits. */
export function hasDigits(value: number, digits: number): boolean {
  return value >= (LEAST[digits] as number) && value < (BEYOND[digits] as number);
}

/** Overwrites a whole number with another one of as many digits. Mostly only the last digits differ: it stops there. */
export function overwriteDigits(bytes: Buffer, from: number, end: number, before: number, after: number): void {
  let old = before;
  let rest = after;
  let at = end;
  do {
    const next = (rest / 100) | 0;
    const two = rest - next * 100;
    const tens = (two / 10) | 0;
    bytes[--at] = ZERO + two - tens * 10;
    if (at > from) bytes[--at] = ZERO + tens;
    rest = next;
    old = (old / 100) | 0;
  } while (rest !== old);
}

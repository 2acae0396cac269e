/** Writes numbers as the official serializer prints them: as JavaScript does, but `+Inf` and `-Inf`. */

const ZERO = 0x30;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Room that any number has enough of: the longest take 25 bytes. */
export const MAX_NUMBER = 32;

/** Larger integers go the slow way: the loop below works on 32-bit halves only up to here. */
const INTEGER_LIMIT = 1e15;
/** Between these, each digit of a fraction can be split off without rounding. */
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

/** @param value below 2^31, of no more digits than there is place for */
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

/** By the leading zeros of a 32-bit integer: half of what doubles from it on are apart. */
const HALF_GAPS = Float64Array.from({ length: 32 }, (_, zeros) => 2 ** (31 - zeros - 53));

/**
 * As few digits as tell the number from its neighbours, and of these the nearest, as JavaScript wants it
 * (https://tc39.es/ecma262/#sec-numeric-types-number-tostring). What is behind the point is a multiple of 2^-50 at
 * least, and stays one of what fits into 53 bits when it is multiplied by 10, so that nothing here is rounded.
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
  // A 9 is never rounded up: with one digit less it would have been near enough before. Of two as near, the even one.
  if (rest > 0.5 || (rest === 0.5 && digit % 2 === 1)) bytes[at - 1] = ZERO + digit + 1;
  return at;
}

/** By the number of digits: the least whole number that has so many, and the least that has more. */
const LEAST = new Int32Array(MAX_NUMBER);
const BEYOND = new Int32Array(MAX_NUMBER);
for (let digits = 1; digits <= 9; digits++) {
  LEAST[digits] = digits === 1 ? 0 : 10 ** (digits - 1);
  BEYOND[digits] = 10 ** digits;
}

/** Whether it is a whole number below 10^9 of so many digits, without a sign. */
export function hasDigits(value: number, digits: number): boolean {
  return value >= (LEAST[digits] as number) && value < (BEYOND[digits] as number);
}

/** Makes one whole number of another with as many digits: only the last ones differ, as a rule. */
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

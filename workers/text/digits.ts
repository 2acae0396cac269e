/** Writes numbers as the official serializer prints them: as JavaScript does, but `+Inf` and `-Inf`. */

const ZERO = 0x30;
const MINUS = 0x2d;

/** Larger integers go the slow way: the loop below works on 32-bit halves only up to here. */
const FAST_LIMIT = 1e15;

/** @returns the index behind the last byte written; at most 25 bytes are */
export function writeNumber(bytes: Buffer, at: number, value: number): number {
  if (Number.isInteger(value) && value < FAST_LIMIT && value > -FAST_LIMIT) return writeInteger(bytes, at, value);
  return at + bytes.write(numberText(value), at, 'latin1');
}

export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
}

function writeInteger(bytes: Buffer, from: number, value: number): number {
  let at = from;
  let rest = value;
  if (rest < 0) {
    bytes[at++] = MINUS;
    rest = -rest;
  }
  if (rest >= 1e9) {
    const high = Math.floor(rest / 1e9);
    at = writeInteger(bytes, at, high);
    return writePadded(bytes, at, rest - high * 1e9);
  }
  const small = rest | 0;
  const end = at + countDigits(small);
  writeDigits(bytes, at, end, small);
  return end;
}

/** @param value below 2^31, of as many digits as there is place for */
export function writeDigits(bytes: Buffer, from: number, end: number, value: number): void {
  let rest = value;
  for (let i = end - 1; i >= from; i--) {
    const next = (rest / 10) | 0;
    bytes[i] = ZERO + rest - next * 10;
    rest = next;
  }
}

function writePadded(bytes: Buffer, at: number, value: number): number {
  writeDigits(bytes, at, at + 9, value | 0);
  return at + 9;
}

/** Of an integer from 0 to 10^9 - 1. */
export function countDigits(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  return value < 100_000_000 ? 8 : 9;
}

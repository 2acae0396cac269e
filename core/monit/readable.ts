/** Numbers as a person reads them: three or four digits, and a unit of the right size. */

export interface Readable {
  readonly value: number;
  readonly unit: string | undefined;
}

/** A row of 80 columns has room for a name of 7 characters, and for as many of number and unit. */
export const SHORT_CHARS = 7;

const SECONDS = [
  [1e-9, 'ns'],
  [1e-6, 'µs'],
  [1e-3, 'ms'],
  [1, 's'],
  [60, 'min'],
  [3600, 'h'],
  [86_400, 'd'],
  [365.25 * 86_400, 'y'],
] as const;
const LARGE = [
  [1, ''],
  [1e3, 'k'],
  [1e6, 'M'],
  [1e9, 'G'],
  [1e12, 'T'],
  [1e15, 'P'],
  [1e18, 'E'],
] as const;
const SMALL = [
  [1e-9, 'n'],
  [1e-6, 'µ'],
] as const;
type Sizes = readonly (readonly [factor: number, text: string])[];

/** Units of time in seconds, as OpenTelemetry and others write them. */
const TIMES: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  min: 60,
  h: 3600,
  d: 86_400,
};
const BYTES: Readonly<Record<string, number>> = {
  By: 1,
  B: 1,
  kBy: 1e3,
  KiBy: 1024,
  MBy: 1e6,
  MiBy: 1024 ** 2,
  GBy: 1e9,
};
/** Whole numbers up to here are shown with all digits, unless they have a unit of many sizes. */
const MAX_WHOLE = 9999;
/** 10,000 years. What is more is no time. */
const MAX_SECONDS = 10_000 * 365.25 * 86_400;
/** Smaller numbers have too many zeros. */
const MIN_PLAIN = 1e-3;
/** A number of which the smallest size would show so little is shown as zero. */
const MIN_SHOWN = 1e-3;

/**
 * @param unit as metrics have it, such as `s`, `By/s` or `{request}`; `undefined`: none
 * @param chars for number and unit. A unit that takes more has a number of two digits
 */
export function readable(value: number, unit: string | undefined, chars = SHORT_CHARS): Readable {
  if (!Number.isFinite(value)) return { value, unit: undefined };
  const [, base = '', per = ''] = /^(.*?)(\/s)?$/s.exec(unit ?? '') ?? [];
  const name = base.replace(/\{.*?\}/g, '');
  const seconds = per === '' ? own(TIMES, name) : undefined;
  if (seconds !== undefined && Math.abs(value * seconds) < MAX_SECONDS)
    return sized(value * seconds, SECONDS, (text) => text, chars);
  const bytes = own(BYTES, name);
  if (bytes !== undefined) return sized(value * bytes, LARGE, (prefix) => `${prefix}B${per}`, chars);
  const isWhole = Number.isInteger(value) && Math.abs(value) <= MAX_WHOLE;
  const sizes = isWhole ? LARGE.slice(0, 1) : Math.abs(value) < MIN_PLAIN ? SMALL : LARGE;
  return sized(value, sizes, (prefix) => `${withPrefix(prefix, name)}${per}`, chars, isWhole ? 4 : 3);
}

function sized(value: number, sizes: Sizes, unitOf: (size: string) => string, chars: number, digits = 3): Readable {
  const size = Math.abs(Number(value.toPrecision(digits)));
  if (size < MIN_SHOWN * (sizes[0]?.[0] ?? 1)) {
    // As 0 s, and not as 0 ns.
    const [, text = ''] = sizes.find(([factor]) => factor === 1) ?? [];
    return { value: 0, unit: textOrNone(unitOf(text)) };
  }
  const [factor, text] = largestUpTo(sizes, size) ?? [1, ''];
  const unit = textOrNone(unitOf(text));
  const rounded = (to: number): number => Number((value / factor).toPrecision(to));
  const long = rounded(digits);
  const behind = unit === undefined ? 0 : 1 + unit.length;
  if (String(long).length + behind <= chars || Math.abs(long) >= 100) return { value: long, unit };
  const short = rounded(digits - 1);
  // PM2 cuts a unit that is too long, and the number with it if there is no room for the space between them.
  const forNumber = unit === undefined ? chars : Math.min(chars, SHORT_CHARS - 1);
  return { value: String(short).length <= forNumber ? short : rounded(1), unit };
}

/** `kHz`, but `k jobs`. */
function withPrefix(prefix: string, unit: string): string {
  return prefix === '' || unit.length <= 2 ? `${prefix}${unit}` : `${prefix} ${unit}`;
}

function largestUpTo(sizes: Sizes, size: number): Sizes[number] | undefined {
  return sizes.findLast(([factor]) => size >= factor) ?? sizes[0];
}

function own<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}

function textOrNone(text: string): string | undefined {
  return text === '' ? undefined : text;
}

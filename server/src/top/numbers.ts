/** Numbers as a person reads them: three digits and a unit. Unknown ones are `-`. */

const UNKNOWN = '-';

/** At most three digits and a point. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 99.95 || Number.isInteger(value)) return value.toFixed(0);
  return value.toFixed(size >= 9.995 ? 1 : 2);
}

function scaled(value: number, base: number, units: readonly string[]): string {
  let rest = value;
  let unit = 0;
  // What would be rounded to the next unit belongs to it.
  while (Math.abs(rest) >= base - 0.5 && unit < units.length - 1) {
    rest /= base;
    unit++;
  }
  return `${short(rest)}${units[unit] ?? ''}`;
}

export function count(value: number | null): string {
  return value === null ? UNKNOWN : scaled(value, 1000, ['', 'k', 'M', 'G', 'T']);
}

export function bytes(value: number | null): string {
  return value === null ? UNKNOWN : scaled(value, 1024, [' B', ' KB', ' MB', ' GB', ' TB']);
}

/** @param value in processors */
export function percent(value: number | null): string {
  return value === null ? UNKNOWN : `${short(value * 100)}%`;
}

/** A duration that is most often less than a second. */
export function seconds(value: number | null): string {
  if (value === null) return UNKNOWN;
  if (value === 0) return '0 ms';
  if (value < 0.0009995) return `${short(value * 1e6)} us`;
  return value < 0.9995 ? `${short(value * 1000)} ms` : `${short(value)} s`;
}

const UNITS = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** How long something has lasted: its two largest units. */
export function duration(value: number | null): string {
  if (value === null) return UNKNOWN;
  let rest = Math.max(0, Math.round(value));
  const parts: string[] = [];
  for (const [unit, size] of UNITS) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0 || parts.length > 0) parts.push(`${amount}${unit}`);
  }
  return parts.slice(0, 2).join(' ') || '0s';
}

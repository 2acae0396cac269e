/** Numbers as events have them. */

/** More than a screen shows, and much shorter than all. */
const DIGITS = 6;

/** @returns `null` for what is unknown or no number */
export function inJson(value: number | undefined): number | null {
  if (value === undefined || !Number.isFinite(value)) return null;
  return Number.isInteger(value) ? value : Number(value.toPrecision(DIGITS));
}

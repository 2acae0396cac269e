/** What can be a count: numbers from 0 on. An instance may have sent any. */

export function isCount(value: number | undefined): boolean {
  return (value as number) >= 0 && (value as number) < Infinity;
}

/** @returns the sum of bucket counts; NaN unless they are finite whole numbers from 0 on */
export function totalOf(values: Float64Array, from: number, count: number): number {
  let total = 0;
  for (let at = from, end = from + count; at < end; at++) {
    const one = values[at]!;
    if (!(one >= 0) || Math.floor(one) !== one) return NaN;
    total += one;
  }
  return total === Infinity ? NaN : total;
}

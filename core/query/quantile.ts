/** Estimates quantiles from bucket counts as Prometheus does, so that a query and a dashboard show the same number. */

/**
 * Assumes that observations are spread evenly within their bucket. The first bucket begins at 0 if its bound is above 0;
 * otherwise its bound stands for all of it. A quantile above the highest bound is that bound.
 *
 * @param q from 0 to 1
 * @param bounds finite upper bounds in ascending order
 * @param counts not cumulative: `counts[i]` observations above `bounds[i - 1]` and up to `bounds[i]`; the last count is
 * of the observations above all bounds
 * @returns `NaN` where there are no observations or no bounds
 *
 * @see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
 */
export function bucketQuantile(q: number, bounds: readonly number[], counts: Float64Array): number {
  let total = 0;
  for (const count of counts) total += count;
  if (!(total > 0)) return NaN;

  const rank = q * total;
  let lower = 0;
  let below = 0;
  for (const [index, upper] of bounds.entries()) {
    const count = counts[index] ?? 0;
    if (count > 0 && below + count >= rank) {
      if ((index === 0 && upper <= 0) || lower === -Infinity) return upper;
      return lower + (upper - lower) * ((rank - below) / count);
    }
    below += count;
    lower = upper;
  }
  return bounds.at(-1) ?? NaN;
}

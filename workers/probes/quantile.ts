/** Estimates quantiles from bucket counts as Prometheus does, so that a probe and a dashboard say the same. */

/** The quantiles that histograms show, and the labels of their probes. */
export const QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

/**
 * The quantile `q` of observations counted per bucket, `counts[i]` of them above `bounds[i - 1]` and up to
 * `bounds[i]`, the last one above all bounds.
 *
 * Observations are taken as evenly spread within their bucket. The first bucket begins at 0 if it ends above 0,
 * and is as good as its end otherwise; a quantile above the highest bound is shown as that bound. `NaN` if there
 * are no observations or no bounds.
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

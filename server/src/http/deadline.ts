/** How long instances have to answer, so that the scraper gets its response in time. */

/** Part of the scraper's time that is kept for merging, rendering and sending. */
const RESERVE_MS = 500;
const RESERVE_SHARE = 0.1;
/** Instances never have more time than this, whatever the scraper asks for. */
export const MAX_DEADLINE_MS = 60_000;
/** Longer than any scraper waits. */
const MAX_SECONDS = 86_400;

/**
 * @param header value of `X-Prometheus-Scrape-Timeout-Seconds`
 * @param fallback seconds, if the header is missing or no positive number
 * @returns milliseconds
 */
export function deadlineOf(header: string | string[] | undefined, fallback: number): number {
  // A number of hundreds of digits is infinite.
  const seconds =
    typeof header === 'string' && /^\d+(\.\d+)?$/.test(header) ? Math.min(Number(header), MAX_SECONDS) : 0;
  const ms = 1000 * seconds;
  if (!(ms > 0)) return fallback * 1000;
  const reserve = Math.min(Math.max(RESERVE_MS, ms * RESERVE_SHARE), ms / 2);
  return Math.min(ms - reserve, MAX_DEADLINE_MS);
}

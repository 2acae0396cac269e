/** How long instances have to answer, so that the scraper gets the rest of them in time. */

/** What remains of the scraper's time for merging, rendering and sending. */
const RESERVE_MS = 500;
const RESERVE_SHARE = 0.1;
/** No scrape holds a connection for longer, whatever it asks for. */
export const MAX_DEADLINE_MS = 60_000;

/**
 * @param header what `X-Prometheus-Scrape-Timeout-Seconds` says
 * @param fallback seconds that count where it says nothing that can be read
 * @returns milliseconds
 */
export function deadlineOf(header: string | string[] | undefined, fallback: number): number {
  const ms = typeof header === 'string' && /^\d+(\.\d+)?$/.test(header) ? Number(header) * 1000 : 0;
  if (!(ms > 0)) return fallback * 1000;
  const reserve = Math.min(Math.max(RESERVE_MS, ms * RESERVE_SHARE), ms / 2);
  return Math.min(ms - reserve, MAX_DEADLINE_MS);
}

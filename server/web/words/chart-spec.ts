/** What a chart shows, as a link has it. */
import type { Chart } from '../../protocol/page';

export const MAX_CHARTS = 20;

export type ChartSpec = Omit<Chart, 'id' | 'points'>;

/** Two charts that show the same have the same text. */
export function specKey({ metric, as, by, app, pmId }: ChartSpec): string {
  return JSON.stringify([metric, as, by ?? null, app ?? null, pmId ?? null]);
}

/** A chart that at least one viewer shows: its series, and their past while it is open. */
import type { Query, QueryStatistic } from '../../../../core/query/query';
import type { ChartAnswer } from '../../../protocol/query';
import type { Chart } from '../../../protocol/page';
import { Timeline, type Sampled } from '../history/timeline';

/** Series of a chart, beside `other`. */
const TOP = 20;
const HOUR_MS = 60 * 60_000;
/** Series that have been among the largest lately are kept too. */
const MAX_ROWS = 64;
const MAX_BYTES = 1024 * 1024;

/** What tells charts apart: viewers that show the same share it. */
export type ChartSubject = Omit<Chart, 'id' | 'points'>;

/** The key of `other` in the timeline. The others are JSON texts of lists. */
const OTHER = 'other';

export class OpenChart {
  /** How many viewers show it. */
  readers = 0;
  /** Since when no viewer shows it. */
  closedAt = 0;
  /** Counts the changes of names, unit and problem; 0: nothing is known yet. */
  version = 0;
  unit: string | undefined;
  hasOther = false;
  /** Why there is nothing to show. */
  problem: string | undefined;
  latestAt = 0;
  /** In the order of the names, then `other`. */
  latest: readonly number[] = [];
  private keys: readonly string[] = [];
  private readonly timeline = new Timeline({ maxAgeMs: HOUR_MS, maxRows: MAX_ROWS, maxBytes: MAX_BYTES });

  constructor(readonly subject: ChartSubject) {}

  /** Names of the series, and `other` behind them. */
  get names(): readonly string[] {
    const names = this.keys.map((key) => (JSON.parse(key) as string[]).map((label) => label || '—').join(', '));
    const own = names.map((name) => (name === '' ? (this.subject.app ?? 'all apps') : name));
    return this.hasOther ? [...own, 'other'] : own;
  }

  get query(): Query {
    const { metric, as, by } = this.subject;
    return {
      metric,
      as: as as QueryStatistic,
      ...(by !== undefined && { by: [by] }),
      top: TOP,
      // A series stays while another one is hardly larger.
      keep: this.keys.filter((_key, i) => !Number.isNaN(this.latest[i])).map((key) => JSON.parse(key) as string[]),
    };
  }

  get bytes(): number {
    return this.timeline.bytes;
  }

  take(time: number, { problem, unit, rows, other }: ChartAnswer): void {
    if (time === this.latestAt) return;
    const values = new Map(rows.map(({ labels, value }) => [JSON.stringify(labels), value]));
    // Those that stay keep their places, and so their colours.
    const staying = this.keys.filter((key) => values.has(key));
    const coming = [...values.keys()].filter((key) => !this.keys.includes(key));
    const keys = this.keys.flatMap((key) => (values.has(key) ? [key] : coming.splice(0, 1))).concat(coming);
    const hasOther = other !== undefined || (this.hasOther && staying.length > 0);
    const isSame =
      this.version > 0 &&
      problem === this.problem &&
      unit === this.unit &&
      hasOther === this.hasOther &&
      keys.length === this.keys.length &&
      keys.every((key, i) => key === this.keys[i]);
    if (!isSame) this.version++;
    this.keys = keys;
    this.problem = problem;
    this.unit = unit;
    this.hasOther = hasOther;
    this.latestAt = time;
    this.latest = [...keys.map((key) => values.get(key) ?? NaN), ...(hasOther ? [other ?? NaN] : [])];
    this.timeline.push(time, [...values, [OTHER, other ?? NaN]]);
  }

  /** In the order of the names. */
  past(): Sampled {
    return this.timeline.read(this.hasOther ? [...this.keys, OTHER] : this.keys);
  }
}

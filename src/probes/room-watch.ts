/** Tells for which names and globs of the configuration `pm2 monit` has no room, and what to write in their place. */
import type { StateLog } from '../../core/state-log';
import { printable } from '../../core/values';
import type { LongRows } from '../../protocol/tasks';
import { namesOf, type MetricQuery } from '../config/metric-entry';

/** Collections with such rows: which attributes differ shows after some requests. */
const TOLD_AFTER = 3;
const MAX_ENTRY_CHARS = 80;
const MAX_QUERY_CHARS = 300;
/** The log cuts a line after 700 characters, and a query that is cut is of no use. */
const MAX_LINE_CHARS = 650;

const TROUBLE =
  'pm2 monit has no room for the values of these entries of mashroomMetrics, since their rows have long names. Write queries in their place: ';

export class RoomWatch {
  /** Those that are not told. */
  private waiting: readonly string[];
  /** By entry: how many collections had such rows of it. */
  private readonly collections = new Map<string, number>();
  private readonly taken: Set<string>;

  /**
   * @param entries names and globs
   * @param taken names of rows, which the queries do not get
   */
  constructor(
    entries: readonly string[],
    taken: readonly string[],
    private readonly states: StateLog,
  ) {
    this.waiting = entries;
    this.taken = new Set(taken);
  }

  /** What to look at in the next snapshot; `undefined` for nothing. */
  get checkRoom(): readonly string[] | undefined {
    return this.waiting.length === 0 ? undefined : this.waiting;
  }

  /** @param found those of {@link checkRoom} for whose values there is no room in a snapshot */
  note(found: readonly LongRows[]): void {
    for (const { entry } of found) this.collections.set(entry, (this.collections.get(entry) ?? 0) + 1);
    const due = found.filter(({ entry }) => this.collections.get(entry) === TOLD_AFTER);
    if (due.length === 0) return;
    const told = new Set(due.map(({ entry }) => entry));
    this.waiting = this.waiting.filter((entry) => !told.has(entry));
    this.states.warnOnce(`no room, ${this.waiting.length} left`, this.lineOf(due));
  }

  private lineOf(due: readonly LongRows[]): string {
    let line = TROUBLE;
    let left = due.length;
    for (const rows of due) {
      const text = this.adviceFor(rows);
      if (left < due.length && line.length + text.length > MAX_LINE_CHARS) break;
      line += left < due.length ? `; ${text}` : text;
      left--;
    }
    return left > 0 ? `${line}; and for ${left} more` : line;
  }

  private adviceFor({ entry, metrics, query, name }: LongRows): string {
    const text = asJson(this.named({ ...query, name }));
    const advice = text.length > MAX_QUERY_CHARS ? 'one with a short name' : text;
    const others = metrics > 1 ? ` (and the like for ${metrics - 1} more of its metrics)` : '';
    return `for "${printable(entry, MAX_ENTRY_CHARS)}" ${advice}${others}`;
  }

  /** Where its name is in use the query gets none: the exporter then finds one. */
  private named(query: MetricQuery & { readonly name: string }): MetricQuery {
    const names = namesOf(query, query.name);
    const { name: _, ...unnamed } = query;
    if (names.some((name) => this.taken.has(name))) return unnamed;
    for (const name of names) this.taken.add(name);
    return query;
  }
}

/** In one line, with spaces where people write them. */
function asJson(value: object): string {
  return JSON.stringify(value, undefined, 1).replace(/\n */g, ' ');
}

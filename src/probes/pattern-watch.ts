/** Tells which names and globs of the configuration match no metric, once there has been time for them to appear. */
import type { StateLog } from '../../core/state-log';
import { printable } from '../../core/values';
import type { UnmatchedPattern } from '../../protocol/tasks';

/** Where there are similar names, an entry is probably a typing error. */
const SIMILAR_AFTER = 3;
/** Otherwise it may be a metric that comes with the first request. */
const OTHERS_AFTER = 30;
/** Entries in a line. */
const MAX_ENTRIES = 3;
const MAX_CHARS = 80;

export class PatternWatch {
  /** Those that have matched nothing so far, and that no log line has named. */
  private waiting: readonly string[];
  /** Collections with metrics. */
  private collections = 0;

  constructor(
    patterns: readonly string[],
    private readonly states: StateLog,
  ) {
    this.waiting = patterns;
  }

  /** What to look for in the next snapshot; `undefined` for nothing. */
  get lookFor(): readonly string[] | undefined {
    return this.waiting.length === 0 ? undefined : this.waiting;
  }

  /** @param unmatched those of {@link lookFor} that match nothing in a snapshot with metrics */
  note(unmatched: readonly UnmatchedPattern[]): void {
    this.collections++;
    const isLast = this.collections >= OTHERS_AFTER;
    const isDue = ({ nearest }: UnmatchedPattern): boolean =>
      isLast || (this.collections >= SIMILAR_AFTER && nearest.length > 0);
    const due = unmatched.filter(isDue);
    this.waiting = unmatched.filter((one) => !isDue(one)).map(({ pattern }) => pattern);
    if (due.length > 0) this.states.warnOnce(`unmatched ${this.collections}`, lineOf(due));
  }
}

function lineOf(due: readonly UnmatchedPattern[]): string {
  const entries = due.slice(0, MAX_ENTRIES).map(({ pattern, nearest }) => {
    const near =
      nearest.length === 0 ? '' : ` (there is ${nearest.map((name) => printable(name, MAX_CHARS)).join(', ')})`;
    return `"${printable(pattern, MAX_CHARS)}"${near}`;
  });
  const others = due.length > MAX_ENTRIES ? ` and ${due.length - MAX_ENTRIES} more` : '';
  return `No metric of this process matches these entries of mashroomMetrics: ${entries.join(', ')}${others}. pm2 monit shows nothing for them`;
}

/** Which event loops do not turn, and the marks of when that begins and ends. */
import { appTitle } from '../../../protocol/labels';
import type { Mark } from '../../../protocol/page';
import type { Run } from '../../../protocol/run';
import type { RoundResult } from '../../rounds/result';

interface Blocked {
  readonly run: Run;
  readonly since: number;
}

export class BlockedRuns {
  private readonly blocked = new Map<string, Blocked>();

  /** @param since epoch milliseconds; `undefined`: it turns again */
  note(run: Run, since: number | undefined, now: number): Mark[] {
    const before = this.blocked.get(run.key);
    if (since !== undefined) {
      this.blocked.set(run.key, { run, since: before?.since ?? since });
      return before === undefined ? [mark(run, since, 'blocked', 'Its event loop does not turn')] : [];
    }
    this.blocked.delete(run.key);
    if (before === undefined) return [];
    const seconds = Math.max(0, Math.round((now - before.since) / 1000));
    return [mark(run, now, 'turns', `Its event loop turns again, after ${seconds} s`)];
  }

  /** An answer shows that the event loop turns. A run that has ended, or is no longer known, is forgotten without a mark. */
  round({ blocked, answers, started }: RoundResult): Mark[] {
    const still = new Set(blocked.map(({ run }) => run.key));
    const answered = new Set(answers.map(({ run }) => run.key));
    const marks = blocked.flatMap(({ run, since }) => this.note(run, since, started));
    for (const [key, { run }] of [...this.blocked]) {
      if (still.has(key)) continue;
      if (answered.has(key)) marks.push(...this.note(run, undefined, started));
      else this.blocked.delete(key);
    }
    return marks;
  }
}

function mark(run: Run, time: number, kind: 'blocked' | 'turns', text: string): Mark {
  return [time, kind, appTitle(run), run.pmId, text];
}

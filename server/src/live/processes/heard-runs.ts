/** What each run has answered last, and before: two snapshots tell what has changed. */
import type { Snapshot } from '../../../../core/snapshot';
import type { QueriedSnapshot, Vitals } from '../../../protocol/query';
import type { Run } from '../../../protocol/run';
import type { KnownNumbers, RoundResult } from '../../rounds/result';

/**
 * How long the numbers of a silent run count: it may be late once, and exporters answer from an earlier snapshot where
 * collecting costs too much.
 */
const HEARD_MS = 10_000;

export interface HeardRun extends QueriedSnapshot {
  readonly run: Run;
  readonly isLeaving: boolean;
  /** When it was heard last, with new numbers or the same ones. */
  readonly heardAt: number;
  /** Of the last snapshot whose vitals are known. */
  vitals: Vitals;
  /** The snapshot that the vitals are of. */
  vitalsOf: Snapshot | undefined;
}

export class HeardRuns {
  private runs: ReadonlyMap<string, HeardRun> = new Map();

  /** @param known newest numbers, also of runs that answered too late for the round */
  take(result: RoundResult, known: readonly KnownNumbers[]): void {
    const before = this.runs;
    const answered = new Map<string, Snapshot>();
    for (const { run, snapshot } of result.answers) answered.set(run.key, snapshot);
    for (const { run, answer } of result.leaving) if (answer !== undefined) answered.set(run.key, answer.snapshot);
    const newest = new Map(known.map(({ run, snapshot }) => [run.key, snapshot]));
    const next = new Map<string, HeardRun>();
    const add = (run: Run, isLeaving: boolean): void => {
      const former = before.get(run.key);
      const snapshot = answered.get(run.key) ?? newest.get(run.key);
      const isNew = snapshot !== undefined && !isSame(snapshot, former?.snapshot);
      const isHeard = isNew || answered.has(run.key);
      if (snapshot === undefined && former === undefined) return;
      next.set(run.key, {
        run,
        isLeaving,
        snapshot: (isNew ? snapshot : former?.snapshot) as Snapshot,
        earlier: isNew ? former?.snapshot : former?.earlier,
        heardAt: isHeard ? result.started : (former?.heardAt ?? 0),
        vitals: former?.vitals ?? {},
        vitalsOf: former?.vitalsOf,
      });
    };
    for (const { run, status } of result.processes) if (status === 'online') add(run, false);
    for (const { run } of result.leaving) add(run, true);
    this.runs = next;
  }

  get(key: string): HeardRun | undefined {
    return this.runs.get(key);
  }

  get all(): readonly HeardRun[] {
    return [...this.runs.values()];
  }

  /** Those whose numbers are of now. */
  heard(now: number): HeardRun[] {
    return this.all.filter((one) => isHeard(one, now));
  }
}

export function isHeard({ heardAt }: HeardRun, now: number): boolean {
  // The clock may have been set back.
  return Math.abs(now - heardAt) <= HEARD_MS;
}

function isSame(one: Snapshot, other: Snapshot | undefined): boolean {
  return one.incarnation === other?.incarnation && one.generation <= other.generation;
}

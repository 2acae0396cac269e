/**
 * Takes the last numbers of processes. A message counts with the token of a run, and only for that run, whether PM2 still
 * lists it or not. Of one run at most one message is read at a time, and one waits: the newest.
 */
import { messageOf } from '../../../core/values';
import type { Run } from '../../protocol/run';
import type { CompactBody, ReadLastNumbers } from './messages/answer';
import type { KnownRun } from './runs/known-run';
import type { KnownRuns } from './runs/known-runs';
import { AnswerError, type Reader } from './reader';
import type { ErrorCounts } from './result';

/** What has come of last numbers. */
export interface Heard {
  readonly run: Run;
  /** Why they do not count, in words; `undefined` if they are known from now on. */
  readonly problem: string | undefined;
}

export interface LastNumbersOptions {
  readonly runs: KnownRuns;
  readonly reader: Reader;
  readonly errors: ErrorCounts;
  readonly onHeard: (heard: Heard) => void;
}

export class LastNumbersReader {
  private readonly waiting = new Map<KnownRun, CompactBody>();
  private reading = 0;

  constructor(private readonly options: LastNumbersOptions) {}

  /** Whether some have come and are not known yet. */
  get isBusy(): boolean {
    return this.reading > 0;
  }

  hear(read: ReadLastNumbers): void {
    const { runs, errors } = this.options;
    const known = read.token === undefined ? undefined : runs.ofToken(read.token);
    if (known === undefined) {
      errors.add('stale');
      return;
    }
    known.echoes = true;
    if ('problem' in read) this.refuse(known, new AnswerError(read.kind, read.problem));
    else if (!known.isOf(read.body.pid) || runs.isOfAnother(read.body.pid, known))
      this.refuse(known, new AnswerError('replaced', 'they are of another process than PM2 has listed'));
    else this.wait(known, read.body);
  }

  private wait(known: KnownRun, body: CompactBody): void {
    const waiting = this.waiting.get(known);
    if (waiting?.incarnation !== body.incarnation || waiting.generation < body.generation)
      this.waiting.set(known, body);
    if (waiting !== undefined) return;
    this.reading++;
    void known
      .inTurn(() => {
        const newest = this.waiting.get(known) ?? body;
        this.waiting.delete(known);
        return this.options.reader.readLast(known, newest);
      })
      .then(
        () => this.options.onHeard({ run: known.run, problem: undefined }),
        (error: unknown) => this.refuse(known, error),
      )
      .then(() => this.reading--);
  }

  private refuse({ run }: KnownRun, error: unknown): void {
    const { errors, onHeard } = this.options;
    errors.add(error instanceof AnswerError ? error.kind : 'worker');
    onHeard({ run, problem: messageOf(error) });
  }
}

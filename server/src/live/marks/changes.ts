/** What has happened to processes between two of PM2's lists. */
import { hasEnded } from '../../../../core/pm2/has-ended';
import { appTitle } from '../../../protocol/labels';
import type { Mark, MarkKind } from '../../../protocol/page';
import type { ProcessInfo } from '../../pm2/process-list';

/** What the lists before have said of one instance. */
interface Known {
  readonly process: ProcessInfo;
  /** Its last run. A process that is stopped has none, and PM2's list has no pid for it. */
  readonly run: (Pick<ProcessInfo, 'pid' | 'createdAt'> & { readonly key: string }) | undefined;
}

/** States in between: a later list shows what comes of them. */
const PASSING = ['stopping', 'launching', 'one-launch-status'];
/** At its start, this server makes marks of runs that have begun at most this long ago. */
const EARLIER_MS = 60 * 60_000;

export class Changes {
  private known: ReadonlyMap<number, Known> | undefined;

  /**
   * @param leaving keys of the runs that PM2 is replacing
   * @param now epoch milliseconds
   */
  since(processes: readonly ProcessInfo[], leaving: ReadonlySet<string>, now: number): Mark[] {
    const before = this.known;
    this.known = new Map(processes.map((process) => [process.run.pmId, next(process, before?.get(process.run.pmId))]));
    if (before === undefined) return processes.flatMap((process) => earlier(process, now));
    const gone = [...before.values()].filter(({ process }) => this.known?.has(process.run.pmId) === false);
    return [
      ...gone.map(({ process }) => mark(process, now, 'stop', 'PM2 has deleted it')),
      ...processes.flatMap((process) => changeOf(process, before.get(process.run.pmId), leaving, now)),
    ];
  }
}

function next(process: ProcessInfo, before: Known | undefined): Known {
  if (PASSING.includes(process.status) && before !== undefined) return before;
  const isOnline = process.status === 'online';
  const { pid, createdAt, run } = process;
  return {
    process,
    run: isOnline ? { key: run.key, pid, ...(createdAt !== undefined && { createdAt }) } : before?.run,
  };
}

function earlier(process: ProcessInfo, now: number): Mark[] {
  const { status, startedAt = 0, restarts, pid } = process;
  if (status !== 'online' || now - startedAt > EARLIER_MS) return [];
  return restarts === 0
    ? [mark(process, startedAt, 'start', `PM2 has started it: process ${pid}`)]
    : [mark(process, startedAt, 'restart', `PM2 has started it again: process ${pid}`)];
}

function changeOf(
  process: ProcessInfo,
  before: Known | undefined,
  leaving: ReadonlySet<string>,
  now: number,
): readonly Mark[] {
  const { status, pid, run, exitCode = 0, startedAt = now } = process;
  if (PASSING.includes(status)) return [];
  if (status !== 'online') return endOf(process, before, now);
  const former = before?.run;
  if (former?.key === run.key) return [];
  const as = (kind: MarkKind, text: string): Mark[] => [mark(process, startedAt, kind, text)];
  if (before === undefined || former === undefined || before.process.status !== 'online')
    return as('start', `PM2 has started it: process ${pid}`);
  if (leaving.has(former.key) || former.createdAt !== process.createdAt || !hasEnded(former.pid))
    return as('reload', `PM2 reloads it: process ${pid} takes over from ${former.pid}`);
  if (exitCode !== 0)
    return as('exit', `Process ${former.pid} has ended with exit code ${exitCode}, and PM2 has started ${pid}`);
  return as('restart', `PM2 has started it again: process ${pid} in place of ${former.pid}`);
}

/** Of a process that PM2 does not run any more. */
function endOf(process: ProcessInfo, before: Known | undefined, now: number): Mark[] {
  const { status, exitCode = 0 } = process;
  if (before === undefined || before.process.status === status) return [];
  if (status === 'errored')
    return [mark(process, now, 'exit', 'It has ended too often in a row: PM2 does not start it again')];
  const wasOnline = before.process.status === 'online';
  if (status === 'waiting restart' || (wasOnline && exitCode !== 0))
    return [mark(process, now, 'exit', `It has ended with exit code ${exitCode}`)];
  return wasOnline ? [mark(process, now, 'stop', 'PM2 has stopped it')] : [];
}

function mark({ run }: ProcessInfo, time: number, kind: MarkKind, text: string): Mark {
  return [time, kind, appTitle(run), run.pmId, text];
}

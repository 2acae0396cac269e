/** Puts together what PM2, the rounds and the queries know of each process. */
import { overviewOf, type Asked } from '../../overview';
import type { ProcessInfo } from '../../pm2/process-list';
import type { RoundResult } from '../../rounds/result';
import { isHeard, type HeardRuns } from './heard-runs';
import { residentMemoryOf } from './leaving-memory';
import type { LiveProcess } from './live-process';
import { OddOnes } from './odd';

export class LiveProcesses {
  private readonly oddOnes = new OddOnes();
  /** By key: what PM2 has listed last of each run. */
  private listed: ReadonlyMap<string, ProcessInfo> = new Map();

  constructor(
    private readonly asked: Asked,
    private readonly heard: HeardRuns,
  ) {}

  /** To be called once per round, when its vitals are known. By ascending pm_id, those that are leaving behind their successors. */
  of(result: RoundResult): LiveProcess[] {
    const known = new Map([...this.listed].filter(([key]) => result.leaving.some(({ run }) => run.key === key)));
    this.listed = new Map([...known, ...result.processes.map((process) => [process.run.key, process] as const)]);
    const all = [...this.running(result), ...this.leaving(result)].sort((a, b) => a.run.pmId - b.run.pmId);
    const odd = this.oddOnes.find(all);
    return all.map((process) => ({ ...process, odd: odd.get(process.run.key) }));
  }

  private running(result: RoundResult): LiveProcess[] {
    const overview = new Map(overviewOf(result, this.asked).processes.map((one) => [one.pmId, one]));
    return result.processes.flatMap((process) => {
      const { run, status, startedAt, restarts, cpuRatio, memoryBytes } = process;
      const about = overview.get(run.pmId);
      if (about === undefined) return [];
      const isOnline = status === 'online';
      return {
        ...this.numbersOf(run.key, result),
        run,
        status,
        isUnanswered: isOnline && this.isLate(run.key, result),
        startedAt: isOnline ? startedAt : undefined,
        restarts,
        cpu: isOnline ? cpuRatio : undefined,
        memoryBytes: isOnline ? memoryBytes : undefined,
        why: about.why,
        path: about.path,
      };
    });
  }

  private leaving(result: RoundResult): LiveProcess[] {
    return result.leaving.map(({ run, answer }) => {
      const before = this.listed.get(run.key);
      return {
        ...this.numbersOf(run.key, result),
        run,
        status: 'leaving',
        isUnanswered: false,
        startedAt: before?.startedAt,
        restarts: before?.restarts ?? 0,
        cpu: undefined,
        memoryBytes: before && residentMemoryOf(before.pid),
        why: answer === undefined ? 'it has not answered in the last round' : null,
        path: null,
      };
    });
  }

  /**
   * Whether nothing has come from it. An app without an exporter is never late, since it is not among the silent. A slow
   * process may have answered an earlier round meanwhile, which counts.
   */
  private isLate(key: string, { started, silent }: RoundResult): boolean {
    const isSilent = silent.some(({ run, reason }) => run.key === key && reason === 'late');
    return isSilent && this.heard.get(key)?.heardAt !== started;
  }

  private numbersOf(
    key: string,
    { started, blocked }: RoundResult,
  ): Pick<LiveProcess, 'vitals' | 'isHeard' | 'blockedSince' | 'stack' | 'odd'> {
    const heard = this.heard.get(key);
    const report = blocked.find(({ run }) => run.key === key);
    return {
      vitals: heard?.vitals ?? {},
      isHeard: heard !== undefined && isHeard(heard, started),
      blockedSince: report?.since,
      stack: report?.stack ?? undefined,
      odd: undefined,
    };
  }
}

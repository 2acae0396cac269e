/** The runs that PM2 has as online, and the requests that they have not answered. */
import type { ProcessInfo } from '../pm2/process-list';
import type { ReadAnswer } from './answer';
import { KnownRun, type Request } from './known-run';
import { collectedAt } from './plain-form';

export class KnownRuns {
  /** By pm_id. */
  private runs = new Map<number, KnownRun>();

  all(): Iterable<KnownRun> {
    return this.runs.values();
  }

  /** Keeps what is known of the runs that go on, and forgets all others. */
  update(processes: readonly ProcessInfo[]): void {
    const runs = new Map<number, KnownRun>();
    for (const { run, pid, status } of processes) {
      if (status !== 'online') continue;
      const known = this.runs.get(run.pmId);
      const goesOn = known?.run.key === run.key && known.run.app === run.app;
      runs.set(run.pmId, goesOn ? known : new KnownRun(run, pid));
    }
    this.runs = runs;
  }

  clear(): void {
    this.runs.clear();
  }

  /** @returns `undefined` if no request is open that this may answer */
  requestOf(read: ReadAnswer): Request | undefined {
    const requests = this.runs.get(read.pmId)?.requests ?? [];
    if (read.request !== undefined) return requests.find(({ id }) => id === read.request);
    if ('problem' in read) return requests.at(-1);
    // The original exporter sends no id. Its answer belongs to the last request that was sent before the data was
    // collected: it collects for each request.
    const time = read.body.form === 'plain' ? collectedAt(read.body.data) : undefined;
    return requests.findLast(({ sentTime }) => time === undefined || time >= sentTime);
  }
}

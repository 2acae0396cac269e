/**
 * The runs that can be asked, and the requests that they have not answered: those that PM2 lists as online, and those that
 * it is replacing.
 *
 * At a reload PM2 renames the old process of pm_id 3 to `_old_3`, which it does not list, and starts the new one. The old one
 * goes on working until the new one is there, which can take any time: so it is asked until it has ended.
 */
import { hasEnded } from '../../../core/pm2/has-ended';
import type { ProcessInfo } from '../pm2/process-list';
import type { ReadAnswer } from './answer';
import { KnownRun, type Request } from './known-run';
import { collectedAt } from './plain-form';

export class KnownRuns {
  /** Listed as online, by pm_id. */
  private listed = new Map<number, KnownRun>();
  /** Replaced and perhaps still running, by their former pm_id. PM2 has one at a time for each. */
  private replaced = new Map<number, KnownRun>();

  all(): KnownRun[] {
    return [...this.listed.values(), ...this.replaced.values()];
  }

  /** Those that PM2 is replacing. */
  leaving(): Iterable<KnownRun> {
    return this.replaced.values();
  }

  /**
   * Keeps what is known of the runs that go on, and forgets those that have ended.
   * @param processes all that are to be asked, whatever their status
   */
  update(processes: readonly ProcessInfo[]): void {
    const former = this.listed;
    const listed = new Map<number, KnownRun>();
    /** Processes that are there, and do not run. */
    const idle = new Set<string>();
    for (const { run, pid, status, startedAt } of processes) {
      const known = former.get(run.pmId);
      const goesOn = known?.run.key === run.key && known.run.app === run.app;
      if (status === 'online') listed.set(run.pmId, goesOn ? known : new KnownRun(run, pid, startedAt));
      else idle.add(run.key);
    }
    for (const [pmId, known] of former) {
      if (listed.get(pmId) !== known && !idle.has(known.run.key) && known.echoes) this.replace(pmId, known);
    }
    for (const known of this.leaving()) if (hasEnded(known.pid)) this.forget(known);
    this.listed = listed;
  }

  /** Forgets a run that PM2 has replaced and that has ended. */
  forget(known: KnownRun): void {
    if (this.replaced.get(known.run.pmId) === known) this.replaced.delete(known.run.pmId);
  }

  clear(): void {
    this.listed.clear();
    this.replaced.clear();
  }

  /** @returns `undefined` if no request is open that this may answer */
  requestOf(read: ReadAnswer): Request | undefined {
    const { token } = read;
    if (token !== undefined)
      return this.openRequest(
        this.all().find((known) => known.token === token),
        read,
      );
    const known = this.listed.get(read.pmId);
    if (read.request !== undefined) return this.openRequest(known, read);
    // The original exporter sends neither. Its answer belongs to the last request that was sent before the data was
    // collected: it collects for each request.
    if (known === undefined || known.echoes) return undefined;
    if ('problem' in read) return known.requests.at(-1);
    const time = read.body.form === 'plain' ? collectedAt(read.body.data) : undefined;
    return known.requests.findLast(({ sentTime }) => time === undefined || time >= sentTime);
  }

  /** Both its token and the ids of its requests are secrets of the run. */
  private openRequest(known: KnownRun | undefined, { request: id }: ReadAnswer): Request | undefined {
    const request = known?.requests.find((one) => one.id === id);
    if (request !== undefined) request.known.echoes = true;
    return request;
  }

  private replace(pmId: number, known: KnownRun): void {
    known.address = `_old_${pmId}`;
    this.replaced.set(pmId, known);
  }
}

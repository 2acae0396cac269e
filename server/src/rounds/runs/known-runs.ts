/**
 * The runs that messages can come from, and the requests that they have not answered: those that PM2 lists as online, those
 * that it is replacing, and those that have ended not long ago.
 *
 * At a reload PM2 renames the old process of pm_id 3 to `_old_3`, which it does not list, and starts the new one. The old one
 * goes on working until the new one is there, which can take any time: so it is asked until it has ended.
 */
import { hasEnded } from '../../../../core/pm2/has-ended';
import type { ProcessInfo } from '../../pm2/process-list';
import type { Run } from '../../../protocol/run';
import type { ReadAnswer } from '../messages/answer';
import { isCurrent, type Blocked } from './blocked';
import { EndedRuns } from './ended-runs';
import { KnownRun, type Request } from './known-run';
import { collectedAt } from '../messages/plain-form';

export class KnownRuns {
  /** Listed as online, by pm_id. */
  private listed = new Map<number, KnownRun>();
  /** Replaced and perhaps still running, by their former pm_id. PM2 has one at a time for each. */
  private readonly replaced = new Map<number, KnownRun>();
  private readonly ended: EndedRuns;

  /** @param now milliseconds on a clock that never goes back */
  constructor(now?: () => number) {
    this.ended = new EndedRuns(now);
  }

  /** Those that can be asked. */
  all(): KnownRun[] {
    return [...this.listed.values(), ...this.replaced.values()];
  }

  /** Those that have ended first, in the order of their ends. */
  withEnded(): KnownRun[] {
    return [...this.ended.all(), ...this.all()];
  }

  /** Those that PM2 is replacing. */
  leaving(): Iterable<KnownRun> {
    return this.replaced.values();
  }

  /**
   * Keeps what is known of the runs that go on, and notes which have ended.
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
      if (status !== 'online') idle.add(run.key);
      else listed.set(run.pmId, goesOn ? known : (this.ended.take(run.key) ?? new KnownRun(run, pid, startedAt)));
    }
    for (const [pmId, known] of former) {
      if (listed.get(pmId) === known) continue;
      if (known.echoes && !idle.has(known.run.key)) this.replace(pmId, known);
      else this.ended.add(known);
    }
    for (const known of this.leaving()) if (hasEnded(known.pid)) this.end(known);
    this.listed = listed;
  }

  /** Notes that a run which PM2 has replaced has ended. */
  end(known: KnownRun): void {
    if (this.replaced.get(known.run.pmId) !== known) return;
    this.replaced.delete(known.run.pmId);
    this.ended.add(known);
  }

  clear(): void {
    this.listed.clear();
    this.replaced.clear();
    this.ended.clear();
  }

  /** @returns the run that has been given this token; `undefined` if no run has it, or its run ended long ago */
  ofToken(token: string): KnownRun | undefined {
    return this.withEnded().find((known) => known.token === token);
  }

  /** Whether that process is another run's. */
  isOfAnother(pid: number, known: KnownRun): boolean {
    return this.withEnded().some((one) => one !== known && one.pid === pid);
  }

  /** What is known of a run that is listed as online. */
  listedRun({ pmId, key }: Pick<Run, 'pmId' | 'key'>): KnownRun | undefined {
    const known = this.listed.get(pmId);
    return known?.run.key === key ? known : undefined;
  }

  /** Notes that the exporter of the process with that pm_id has started. */
  noteHello(pmId: number): void {
    this.listed.get(pmId)?.noteHello();
  }

  /** What is known of a listed run whose event loop does not turn; `undefined`: it turns, as far as is known. */
  blockedRun(run: Run): (KnownRun & { readonly blocked: Blocked }) | undefined {
    const known = this.listedRun(run);
    const isBlocked = known?.blocked !== undefined && isCurrent(known.blocked);
    return isBlocked ? (known as KnownRun & { readonly blocked: Blocked }) : undefined;
  }

  /** @returns `undefined` if no request is open that this may answer */
  requestOf(read: ReadAnswer): Request | undefined {
    const { token } = read;
    if (token !== undefined) return this.openRequest(this.ofToken(token), read);
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
    const before = this.replaced.get(pmId);
    if (before !== undefined) this.ended.add(before);
    this.replaced.set(pmId, known);
  }
}

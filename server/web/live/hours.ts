/** The last hour of what the overview shows: of each process, each app, and all of them. */
import type { Past, PastField } from '../../protocol/page';
import { groupBy } from '../words/group';
import { Hour, STEPS, STEP_MS } from './hour';
import { FIELDS, isLargest, joined, together, type Numbers, type Process } from './process';

const RUN = 'run ';
/** Names of the hours; texts are unambiguous, since all begin with what they are of. */
export const hourOfRun = (run: string): string => `${RUN}${run}`;
export const hourOfApp = (app: string): string => `app ${app}`;
export const HOUR_OF_ALL = 'all';
/** Five minutes. */
const MIN_STEPS = 60;
/** A run that is no longer listed is not shown, and forgotten soon: those of a crash loop would take most of the memory. */
const GONE_RUN_MS = 60_000;
const HOUR_MS = STEPS * STEP_MS;

type Fields = Readonly<Record<PastField, Hour>>;

export class Hours {
  readonly #hours = new Map<string, Fields>();
  #since = Number.POSITIVE_INFINITY;
  /** When the hours of a run have last had a number. */
  readonly #seen = new Map<string, number>();

  /** How many steps of the hour there may be numbers of: at least a few minutes, so that a line does not begin as a dot. */
  steps(now: number): number {
    return Math.min(STEPS, Math.max(MIN_STEPS, Math.ceil((now - this.#since) / STEP_MS)));
  }

  get(name: string, field: PastField): Hour | undefined {
    return this.#hours.get(name)?.[field];
  }

  clear(): void {
    this.#since = Number.POSITIVE_INFINITY;
    this.#hours.clear();
    this.#seen.clear();
  }

  addPast([times, rows]: Past): void {
    this.#since = Math.min(this.#since, times[0] ?? Number.POSITIVE_INFINITY);
    for (const [at, time] of times.entries()) {
      const sums = new Map<string, Map<PastField, number | null>>();
      for (const [run, app, field, values] of rows) {
        const value = values[at] ?? null;
        this.#fields(hourOfRun(run))[field].add(time, value ?? Number.NaN);
        this.#seen.set(hourOfRun(run), time);
        for (const name of [HOUR_OF_ALL, hourOfApp(app)]) {
          const fields = sums.get(name) ?? new Map<PastField, number | null>();
          sums.set(name, fields);
          fields.set(field, joined(field, fields.get(field) ?? null, value));
        }
      }
      for (const [name, fields] of sums) {
        for (const [field, value] of fields) this.#fields(name)[field].add(time, value ?? Number.NaN);
      }
    }
  }

  /** Adds up the processes of one moment: a step in which one process has replaced another must not count both. */
  add(time: number, processes: readonly Process[]): void {
    this.#since = Math.min(this.#since, time);
    const byApp = groupBy(processes, ({ app }) => app);
    this.#add(HOUR_OF_ALL, time, together(processes));
    for (const [app, own] of byApp) this.#add(hourOfApp(app), time, together(own));
    for (const { run, numbers } of processes) this.#add(hourOfRun(run), time, numbers);
    this.#forget(time);
  }

  #add(name: string, time: number, numbers: Numbers): void {
    const fields = this.#fields(name);
    for (const field of FIELDS) fields[field].add(time, numbers[field] ?? Number.NaN);
    this.#seen.set(name, time);
  }

  #fields(name: string): Fields {
    let fields = this.#hours.get(name);
    if (fields === undefined) {
      const hour = (field: PastField): Hour => new Hour(isLargest(field) ? 'max' : 'mean');
      fields = Object.fromEntries(FIELDS.map((field) => [field, hour(field)])) as Record<PastField, Hour>;
      this.#hours.set(name, fields);
    }
    return fields;
  }

  /** Runs that are gone, and apps that have been gone for an hour. */
  #forget(now: number): void {
    for (const [name, seen] of this.#seen) {
      if (now - seen <= (name.startsWith(RUN) ? GONE_RUN_MS : HOUR_MS)) continue;
      this.#seen.delete(name);
      this.#hours.delete(name);
    }
  }
}

/**
 * Which apps answer. Nobody says so: it shows. An app of which one instance has answered is an app that answers, and is
 * waited for until the deadline; one that has not is waited for briefly in a few rounds, and then only asked.
 */
import picomatch from 'picomatch';
import type { ProcessInfo } from '../pm2/process-list';

export interface AppsOptions {
  /**
   * Names or globs of the apps to ask; empty for all but PM2's modules. An app named without a glob is taken for one
   * that answers before it has.
   */
  readonly apps: readonly string[];
  /** `pm_id` of this server. */
  readonly self: number;
}

/** An app that has not answered yet is waited for in so many rounds. */
const BRIEF_ROUNDS = 3;

interface App {
  answers: boolean;
  /** Rounds in which it was waited for in vain. */
  rounds: number;
}

export class Apps {
  private readonly apps = new Map<string, App>();
  private readonly named: ReadonlySet<string>;
  private readonly matches: (name: string) => boolean;

  constructor(private readonly options: AppsOptions) {
    const { apps } = options;
    this.named = new Set(apps.filter((pattern) => !picomatch.scan(pattern).isGlob));
    const isMatch = picomatch([...apps]);
    this.matches = (name) => apps.length === 0 || this.named.has(name) || isMatch(name);
  }

  /** Forgets apps that PM2 does not have any more. */
  update(processes: readonly ProcessInfo[]): void {
    const names = new Set(processes.map(({ run }) => run.app));
    for (const name of this.apps.keys()) if (!names.has(name)) this.apps.delete(name);
  }

  /** Whether it is one to be asked, when it runs. */
  includes({ run, isModule }: ProcessInfo): boolean {
    if (run.pmId === this.options.self || !this.matches(run.app)) return false;
    return !isModule || this.named.has(run.app);
  }

  answers(name: string): boolean {
    return this.named.has(name) || this.app(name).answers;
  }

  /** Whether the app is still worth waiting for in this round, though it has not answered yet. */
  mayAnswer(name: string): boolean {
    return this.app(name).rounds < BRIEF_ROUNDS;
  }

  /** A round in which the app was asked has begun. */
  asked(name: string): void {
    this.app(name).rounds++;
  }

  heard(name: string): void {
    this.app(name).answers = true;
  }

  private app(name: string): App {
    let app = this.apps.get(name);
    if (app === undefined) this.apps.set(name, (app = { answers: false, rounds: 0 }));
    return app;
  }
}

/**
 * Which apps answer. No setting says so; it is learned. Once one instance of an app has answered, the app is known to
 * answer, and a round waits for all its instances until the deadline. The first few rounds wait briefly for an app that
 * has not answered yet; later ones only ask it.
 */
import { compileGlob } from '../../../../core/glob/glob';
import { appKey, type AppName } from '../../../protocol/labels';
import type { ProcessInfo } from '../../pm2/process-list';

export interface AppsOptions {
  /**
   * Names or globs of the apps to ask, `!` before one for all others; empty for all apps except PM2's modules. An app that is named without a glob counts
   * as one that answers from the start.
   */
  readonly apps: readonly string[];
  /** `pm_id` of this server. */
  readonly self: number;
}

/** Number of rounds that wait briefly for an app that has not answered yet. */
const BRIEF_ROUNDS = 3;

interface App {
  answers: boolean;
  /** Rounds in which it was asked. */
  rounds: number;
}

export class Apps {
  /** By {@link appKey}. */
  private readonly apps = new Map<string, App>();
  private readonly named: ReadonlySet<string>;
  private readonly matches: (name: string) => boolean;

  constructor(private readonly options: AppsOptions) {
    const { apps } = options;
    const globs = apps.map(matcherOf);
    this.named = new Set(apps.filter((_pattern, at) => globs[at] === undefined));
    this.matches = (name) => apps.length === 0 || this.named.has(name) || globs.some((glob) => glob?.(name));
  }

  /** Forgets the apps that PM2 no longer has. */
  forgetAllBut(processes: readonly ProcessInfo[]): void {
    const keys = new Set(processes.map(({ run }) => appKey(run)));
    for (const key of this.apps.keys()) if (!keys.has(key)) this.apps.delete(key);
  }

  /** Whether this process is to be asked while it runs. */
  includes({ run, isModule }: ProcessInfo): boolean {
    if (run.pmId === this.options.self || !this.matches(run.app)) return false;
    return !isModule || this.named.has(run.app);
  }

  /** Whether the app is known to answer. */
  answers(name: AppName): boolean {
    return this.named.has(name.app) || this.app(name).answers;
  }

  /** Whether a round should wait briefly for this app, which has not answered yet. */
  mayAnswer(name: AppName): boolean {
    return this.app(name).rounds < BRIEF_ROUNDS;
  }

  /** Notes that a round has asked the app. */
  noteAsked(name: AppName): void {
    this.app(name).rounds++;
  }

  /** Notes that an instance of the app has answered. */
  noteAnswer(name: AppName): void {
    this.app(name).answers = true;
  }

  private app(name: AppName): App {
    const key = appKey(name);
    let app = this.apps.get(key);
    if (app === undefined) this.apps.set(key, (app = { answers: false, rounds: 0 }));
    return app;
  }
}

/** A glob, or its opposite with `!` before it; `undefined` for a plain name. */
function matcherOf(pattern: string): ((name: string) => boolean) | undefined {
  if (!/^!(?!\()/.test(pattern)) return compileGlob(pattern);
  const opposite = pattern.slice(1);
  const matches = compileGlob(opposite) ?? ((name: string) => name === opposite);
  return (name) => !matches(name);
}

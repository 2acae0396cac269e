/** Apps for a real PM2: some answer, each in another way, and one asks them. */
import { join } from 'node:path';
import type { RoundResult } from '../../src/rounds/result';
import type { App, Instance, Pm2 } from '../../../test/support/pm2';
import { until } from '../../../test/support/until';

type Told = Omit<RoundResult['answers'][number], 'snapshot'> & {
  readonly incarnation: string;
  readonly generation: number;
  readonly time: number;
  readonly series: number;
  readonly points: number;
  readonly value: number;
};

export type Result = Omit<RoundResult, 'answers' | 'leaving'> & {
  readonly answers: readonly Told[];
  readonly leaving: readonly { readonly run: RoundResult['leaving'][number]['run']; readonly answer?: Told }[];
};

export interface State {
  readonly decoded: readonly { readonly length: number; readonly known: number }[];
  readonly runs: readonly {
    readonly run: { readonly key: string; readonly app: string };
    readonly owed: number;
    readonly hasSnapshot: boolean;
  }[];
  readonly apps: readonly string[];
  readonly errors: RoundResult['errors'];
  /** Number of rounds so far. */
  readonly count: number;
  readonly polluted: boolean;
  readonly connected: boolean;
}

/** More settings of PM2. */
interface TestApp extends App {
  readonly pmx?: boolean;
  readonly listen_timeout?: number;
}

const PROJECT = join(__dirname, '..', '..', '..');
const APPS = join(PROJECT, 'test', 'fixtures', 'apps');

export function serverApp(name = 'server', env: Readonly<Record<string, string>> = {}): TestApp {
  return { name, script: join(__dirname, 'host', 'asks.js'), cwd: PROJECT, exec_mode: 'fork', env, pmx: false };
}

/** @param mode how it answers, see the fixture */
export function answeringApp(name: string, mode: object = {}, instances = 0): TestApp {
  const cluster: Pick<App, 'exec_mode' | 'instances'> =
    instances > 0 ? { exec_mode: 'cluster', instances } : { exec_mode: 'fork' };
  const env = { MODE: JSON.stringify(mode) };
  // The app does not listen on a port: a reload would wait 3 s for that.
  return { name, script: join(APPS, 'answers.js'), cwd: PROJECT, env, listen_timeout: 500, ...cluster };
}

/** In fork mode, since ts-node has to find its configuration before the app starts, for the app's worker threads. */
export function exportingApp(name: string, instances: number): TestApp {
  const node_args = ['--require=ts-node/register/transpile-only'];
  return { name, script: join(APPS, 'exports.js'), cwd: PROJECT, exec_mode: 'fork', instances, node_args };
}

export class Server {
  constructor(private readonly instance: Instance) {}

  ask(what: { readonly timeoutMs?: number; readonly only?: number } = {}): Promise<Result> {
    return this.instance.ask('ask', what);
  }

  askAtOnce(times: number): Promise<Result[]> {
    return this.instance.ask('askAtOnce', { times });
  }

  /** Ends it as the metrics server does. @returns the requests that are left without an answer though they were due */
  finish(): Promise<{ readonly owed: readonly string[] }> {
    return this.instance.ask('finish');
  }

  /** It takes no request for older than it is now. */
  stopClock(): Promise<void> {
    return this.instance.ask('stopClock');
  }

  startClock(): Promise<void> {
    return this.instance.ask('startClock');
  }

  state(): Promise<State> {
    return this.instance.ask('state');
  }

  /** Asks until that many instances of an app answer in one round. */
  answered(app: string, count: number): Promise<Result> {
    return until(`${count} answers of ${app}`, async () => {
      const result = await this.ask();
      return answersOf(result, app).length === count ? result : undefined;
    });
  }
}

export async function serverOf(pm2: Pm2, name = 'server'): Promise<Server> {
  return new Server((await pm2.ready(name, 1))[0] as Instance);
}

export function answersOf(result: Result, app: string): readonly Told[] {
  return result.answers.filter(({ run }) => run.app === app);
}

export function silentOf(result: Result, app: string): Result['silent'] {
  return result.silent.filter(({ run }) => run.app === app);
}

/** A process with a real @pm2/io, which sends to the test as to PM2's daemon. */
import { spawn, type ChildProcess } from 'node:child_process';
import { dirname, join } from 'node:path';
import { until } from '../support/until';
import type { Host } from './process-with-io-host';

/** Where each PM2 has the @pm2/io that it injects. */
export const BUILDS = {
  'PM2 5': join(dirname(require.resolve('pm2-5/package.json')), 'node_modules', '@pm2', 'io'),
  'PM2 6': dirname(require.resolve('@pm2/io/package.json')),
  'PM2 7': join(dirname(require.resolve('pm2/package.json')), 'modules', 'pm2-io-bpm'),
} as const;

/** The builds that tests run with: all of them in the full run, else that of the latest PM2. */
export const BUILD_NAMES = (Object.keys(BUILDS) as (keyof typeof BUILDS)[]).filter(
  (name) => name === 'PM2 7' || process.env['TEST_MATRIX'] === '1',
);

export interface Shown {
  readonly value: unknown;
  readonly unit?: string;
  readonly historic?: boolean;
  readonly type?: string;
}

export interface Child {
  readonly process: ChildProcess;
  /** Calls a function there. It is sent as text, so it has access to its parameters only. */
  run<R, A = undefined>(work: (host: Host, argument: A) => R | Promise<R>, argument?: A): Promise<R>;
  /** All that was sent, merged as the daemon merges it. */
  readonly monitor: Readonly<Record<string, Shown>>;
  /** Makes @pm2/io send now, and returns what it has sent. */
  nextSent(): Promise<Readonly<Record<string, Shown>>>;
  end(): void;
}

interface Packet {
  readonly ready?: true;
  readonly type?: string;
  readonly data?: Readonly<Record<string, Shown>>;
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** @param build `undefined` for an app with `pmx: false` */
export async function startChild(
  build: keyof typeof BUILDS | undefined,
  env: Readonly<Record<string, string>> = {},
): Promise<Child> {
  const child = spawn(
    process.execPath,
    ['--require=ts-node/register/transpile-only', join(__dirname, 'process-with-io-host.ts')],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      // PM2's own choice.
      serialization: 'json',
      env: { ...process.env, PM2_HOME: '/nowhere', pm_id: '0', PMX_BUILD: build ? BUILDS[build] : '', ...env },
    },
  );
  const monitor: Record<string, Shown> = {};
  const sent: Readonly<Record<string, Shown>>[] = [];
  const answers = new Map<number, (answer: Packet) => void>();
  let ready = false;
  let asked = 0;
  child.on('message', (packet: Packet) => {
    if (packet.type === 'axm:monitor') {
      Object.assign(monitor, packet.data);
      sent.push(packet.data ?? {});
    }
    if (packet.ready) ready = true;
    if (packet.id !== undefined) answers.get(packet.id)?.(packet);
  });
  child.once('exit', () => {
    for (const answer of answers.values()) answer({ error: 'The child has gone' });
  });
  await until('the child', () => ready || undefined);
  const run = <R, A>(work: (host: Host, argument: A) => R | Promise<R>, argument?: A): Promise<R> =>
    new Promise((resolve, reject) => {
      const id = ++asked;
      answers.set(id, ({ result, error }) => (error === undefined ? resolve(result as R) : reject(new Error(error))));
      child.send({ id, run: work.toString(), argument });
    });
  return {
    process: child,
    monitor,
    run,
    async nextSent() {
      await run((host) => host.io().metricService.timer._onTimeout());
      return sent.at(-1) ?? {};
    },
    end: () => void child.kill('SIGKILL'),
  };
}

export async function withChild<T>(
  build: keyof typeof BUILDS | undefined,
  body: (child: Child) => Promise<T>,
  env?: Readonly<Record<string, string>>,
): Promise<T> {
  const child = await startChild(build, env);
  try {
    return await body(child);
  } finally {
    child.end();
  }
}

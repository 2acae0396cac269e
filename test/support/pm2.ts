/** A real PM2 that belongs to one test file: its apps, their processes, and their logs. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Daemon } from '../../core/pm2/daemon';
import { createPm2Home } from '../../scripts/lib/pm2-home';
import { command, type Command } from './host-command';
import { until } from './until';

export type Pm2Version = 5 | 6 | 7;

export interface App {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  readonly exec_mode: 'cluster' | 'fork';
  readonly instances?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly node_args?: readonly string[];
  /** Whether PM2 waits for the message `ready`, and for how many milliseconds. */
  readonly wait_ready?: boolean;
  readonly listen_timeout?: number;
  readonly max_memory_restart?: string;
  /** How many milliseconds PM2 waits for the end of a process before it kills it: 1600 by default. */
  readonly kill_timeout?: number;
}

export interface Instance {
  readonly id: number;
  readonly name: string;
  readonly pid: number;
  readonly status: string;
  readonly restarts: number;
  /** What `pm2 monit` shows, by probe name. */
  readonly monitor: Readonly<Record<string, { readonly value: string | number; readonly unit?: string }>>;
  /** Sends a command to the process, if it runs `test/support/host/control.js`. */
  readonly ask: Command;
}

export interface Pm2 {
  readonly version: Pm2Version;
  readonly folder: string;
  readonly home: string;
  readonly call: (method: string, argument?: unknown) => Promise<unknown>;
  start(...apps: App[]): Promise<void>;
  /** Instances of an app, or of all, by ascending id. */
  list(name?: string): Promise<Instance[]>;
  /** The instances of an app, once exactly that many are online and take commands. */
  ready(name: string, count: number): Promise<Instance[]>;
  instance(id: number): Promise<Instance>;
  reload(name: string): Promise<void>;
  restart(name: string): Promise<void>;
  stop(name: string): Promise<void>;
  /** Restarts an app under another name. */
  rename(name: string, to: string): Promise<void>;
  scale(name: string, count: number): Promise<void>;
  delete(name: string): Promise<void>;
  /** Saves the list of apps, then kills the daemon. */
  killDaemon(): Promise<void>;
  /** Starts a daemon with the apps of the saved list. */
  resurrect(): Promise<void>;
  /** All that an app, or all apps, have written to their outputs. */
  logs(name?: string): string;
  /** Takes everything down. Repeatable; never rejects. */
  close(): Promise<void>;
}

/** What is required of each version. */
export const PACKAGES: Readonly<Record<Pm2Version, string>> = { 5: 'pm2-5', 6: 'pm2-6', 7: 'pm2' };
const CALL_MS = 30_000;

interface MonitorData {
  readonly pm_id: number;
  readonly name: string;
  readonly pid: number;
  readonly pm2_env: {
    readonly status: string;
    readonly restart_time: number;
    readonly axm_monitor?: Instance['monitor'];
  };
}

/** @param prefix what the name of its folder begins with */
export async function startPm2(version: Pm2Version, prefix?: string): Promise<Pm2> {
  const pm2Home = await createPm2Home({ pm2: PACKAGES[version], ...(prefix !== undefined && { prefix }) });
  // Not by the home's own client, which does not reach a folder whose name has a space, a `#` or a `?`.
  const daemon = new Daemon({ kind: 'path', path: join(pm2Home.home, 'rpc.sock') }, { maxPauseMs: 500 });
  const call = (method: string, argument: unknown = {}): Promise<unknown> =>
    daemon.call(method, argument as object, CALL_MS);
  const control = join(pm2Home.folder, 'control');
  mkdirSync(control);
  const environment = {
    CONTROL_FOLDER: control,
    PM2_MODULE: dirname(require.resolve(`${PACKAGES[version]}/package.json`)),
  };

  const list = async (name?: string): Promise<Instance[]> => {
    const data = (await call('getMonitorData')) as MonitorData[];
    return data
      .filter((app) => name === undefined || app.name === name)
      .map(({ pm_id, name, pid, pm2_env }) => ({
        id: pm_id,
        name,
        pid,
        status: pm2_env.status,
        restarts: pm2_env.restart_time,
        monitor: pm2_env.axm_monitor ?? {},
        ask: <T>(what: string, argument?: unknown) => command<T>(join(control, `${pid}.sock`), what, argument),
      }))
      .sort((a, b) => a.id - b.id);
  };
  const run = async (...args: string[]): Promise<void> => {
    await pm2Home.command(...args);
  };

  const pm2: Pm2 = {
    version,
    folder: pm2Home.folder,
    home: pm2Home.home,
    call,
    list,
    async start(...apps) {
      const withControl = apps.map((app) => ({ ...app, env: { ...environment, ...app.env } }));
      const file = join(pm2Home.folder, 'ecosystem.json');
      writeFileSync(file, JSON.stringify({ apps: withControl }));
      await run('start', file);
    },
    async ready(name, count) {
      return until(`${count} instances of ${name}`, async () => {
        const instances = await list(name);
        const online = instances.filter(({ status, pid }) => status === 'online' && hasSocket(control, pid));
        return online.length === count && instances.length === count ? instances : undefined;
      });
    },
    async instance(id) {
      const found = (await list()).find((candidate) => candidate.id === id);
      if (!found) throw new Error(`No instance ${id}`);
      return found;
    },
    reload: (name) => run('reload', name),
    restart: (name) => run('restart', name),
    stop: (name) => run('stop', name),
    rename: (name, to) => run('restart', name, '--name', to),
    scale: (name, count) => run('scale', name, String(count)),
    delete: (name) => run('delete', name),
    async killDaemon() {
      await run('save');
      const pid = Number(readFileSync(join(pm2Home.home, 'pm2.pid'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      await until('the end of the daemon', () => (isAlive(pid) ? undefined : true));
    },
    resurrect: () => run('resurrect'),
    logs: (name = '') => readLogs(join(pm2Home.home, 'logs'), name),
    close() {
      daemon.close();
      return pm2Home.close();
    },
  };
  return pm2;
}

export async function withPm2<T>(version: Pm2Version, body: (pm2: Pm2) => Promise<T>, prefix?: string): Promise<T> {
  const pm2 = await startPm2(version, prefix);
  try {
    return await body(pm2);
  } finally {
    await pm2.close();
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function hasSocket(folder: string, pid: number): boolean {
  return readdirSync(folder).includes(`${pid}.sock`);
}

/** PM2 names the files by the app, with `-` after it. */
function readLogs(folder: string, app: string): string {
  return readdirSync(folder)
    .filter((file) => app === '' || file.startsWith(`${app}-`))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('');
}

/**
 * Whether PM2 runs this process, and what PM2 tells it.
 *
 * The environment alone does not say it: a child of an app inherits the app's `pm_id`, and may have a channel, which
 * leads to the app. PM2 5 to 7 start each of their processes themselves, so that its parent is their daemon.
 */
import type { Cluster } from 'node:cluster';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { readRegularFile } from '../regular-file';
import { daemonAddress, pm2Home, type DaemonAddress } from './daemon-address';

export interface Pm2Environment {
  /** As it stands in the environment: a whole number, 0 included. */
  readonly pmId: string;
  readonly daemon: DaemonAddress;
}

export type Pm2Finding =
  | ({ readonly kind: 'pm2' } & Pm2Environment)
  /** PM2 has no part in this process. */
  | { readonly kind: 'none' }
  /** A worker thread, which PM2's messages do not reach. */
  | { readonly kind: 'thread' }
  /** PM2 runs another process, such as npm or a shell, that has started this one without a channel. */
  | { readonly kind: 'no-channel' }
  /** An app that PM2 runs has started this one, to which its channel leads. */
  | { readonly kind: 'child'; readonly isClusterWorker: boolean };

/** @returns `undefined` if PM2 does not run this process */
export function readPm2Environment(env: NodeJS.ProcessEnv = process.env): Pm2Environment | undefined {
  const found = findPm2(env);
  return found.kind === 'pm2' ? found : undefined;
}

export function findPm2(env: NodeJS.ProcessEnv = process.env): Pm2Finding {
  const { pm_id: pmId } = env;
  if (pmId === undefined || !/^\d+$/.test(pmId)) return { kind: 'none' };
  if (!isMainThread) return { kind: 'thread' };
  if (typeof process.send !== 'function') return { kind: 'no-channel' };
  if (isStartedByDaemon(env) || isStartedByInterpreter(env)) return { kind: 'pm2', pmId, daemon: daemonAddress(env) };
  return { kind: 'child', isClusterWorker: isClusterWorker() };
}

function isStartedByDaemon(env: NodeJS.ProcessEnv): boolean {
  const parent = process.ppid;
  const daemon = daemonPid(pm2Home(env));
  if (daemon === parent || isTitleOfDaemon(parent)) return true;
  if (daemon !== undefined) return false;
  // The daemon's files cannot be read: this process may have a `uid` of its own.
  if (isClusterWorker() && env['exec_mode'] === 'fork_mode') return false;
  // PM2 sets a path for all that it starts; without one only the id can tell.
  return env['pm_exec_path'] === undefined || /[\\/]ProcessContainer(Fork)?(Bun)?\.js$/.test(process.argv[1] ?? '');
}

/**
 * An interpreter such as tsx runs the script in a process of its own and passes messages on between that and PM2. PM2's
 * variables name the interpreter, and the script that it was to run, which is this process's.
 */
function isStartedByInterpreter(env: NodeJS.ProcessEnv): boolean {
  const { exec_interpreter: interpreter, pm_exec_path: script } = env;
  if (interpreter === undefined || /(^|[\\/])(node|bun)(\.exe)?$/.test(interpreter)) return false;
  return script !== undefined && process.argv[1] === script && !isClusterWorker();
}

/** Loads the module on demand: Node.js has loaded it in a cluster's worker, and to others it costs milliseconds. */
function isClusterWorker(): boolean {
  return (process.getBuiltinModule('node:cluster') as unknown as Cluster).isWorker;
}

/** Of a file with one pid. */
const MAX_PID_BYTES = 100;

/** @returns `undefined` where the file of PM2's daemon cannot be read, or is of one that has ended */
function daemonPid(home: string): number | undefined {
  try {
    const pid = Number(readRegularFile(resolve(home, 'pm2.pid'), MAX_PID_BYTES));
    return Number.isInteger(pid) && pid > 0 && isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** On Linux any process can read the title of any other. The daemon's begins with PM2's name and version. */
function isTitleOfDaemon(pid: number): boolean {
  try {
    return process.platform === 'linux' && /^PM2 v\d/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
  } catch {
    return false;
  }
}

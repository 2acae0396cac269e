/** Where PM2's daemon has its files, and where it listens for remote calls. */
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, resolve } from 'node:path';

/** The path of a socket or of a Windows pipe, or a port of this host. */
export type DaemonAddress =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'port'; readonly port: number };

/** Found as PM2 itself finds it (its paths.js). */
export function daemonAddress(env: NodeJS.ProcessEnv): DaemonAddress {
  if (process.platform === 'win32') return { kind: 'path', path: '\\\\.\\pipe\\rpc.sock' };
  const { PM2_DAEMON_RPC_PORT: override } = env;
  if (override !== undefined && /^\d+$/.test(override)) return { kind: 'port', port: Number(override) };
  return { kind: 'path', path: override ?? resolve(pm2Home(env), 'rpc.sock') };
}

/**
 * The folder of PM2's daemon, as an absolute path.
 *
 * PM2 passes a relative `PM2_HOME` on to its apps as it is, which is meant for the folder where `pm2` was called, not
 * for the `cwd` of the app. And an app with `uid` has the `HOME` of that user. The path of the app's pid file, which
 * PM2 makes absolute, is in the daemon's folder unless the app has a `pid_file` of its own. So that folder is taken if
 * the socket is in it, and not in the one that the environment names.
 */
export function pm2Home(env: NodeJS.ProcessEnv): string {
  const { PM2_HOME: named = '', pm_pid_path: pidFile } = env;
  const home = named === '' ? resolve(homedir(), '.pm2') : resolve(named);
  if (pidFile === undefined || basename(dirname(pidFile)) !== 'pids') return home;
  const other = resolve(dirname(dirname(pidFile)));
  return [home, other].find(hasSocket) ?? [home, other].find(isHidden) ?? home;
}

function hasSocket(home: string): boolean {
  return access(resolve(home, 'rpc.sock')) === undefined;
}

/** Whether this process may not see what is in the folder. */
function isHidden(home: string): boolean {
  return access(resolve(home, 'rpc.sock')) === 'EACCES';
}

/** @returns the code of the error; `undefined` where the file is there */
function access(path: string): string | undefined {
  try {
    accessSync(path, constants.F_OK);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'UNKNOWN';
  }
}

/** What PM2 tells a process that it runs. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** Where PM2's daemon listens for remote calls: a socket's or pipe's path, or a port of this host. */
export type DaemonAddress =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'port'; readonly port: number };

export interface Pm2Environment {
  /** As it stands in the environment: a whole number, 0 included. */
  readonly pmId: string;
  readonly daemon: DaemonAddress;
}

/** @returns `undefined` if PM2 does not run this process */
export function readPm2Environment(env: NodeJS.ProcessEnv = process.env): Pm2Environment | undefined {
  const { pm_id: pmId } = env;
  if (pmId === undefined || !/^\d+$/.test(pmId) || typeof process.send !== 'function') return undefined;
  return { pmId, daemon: daemonAddress(env) };
}

/** Found as PM2 itself finds it (its paths.js). */
function daemonAddress(env: NodeJS.ProcessEnv): DaemonAddress {
  if (process.platform === 'win32') return { kind: 'path', path: '\\\\.\\pipe\\rpc.sock' };
  const { PM2_DAEMON_RPC_PORT: override, PM2_HOME: home = resolve(homedir(), '.pm2') } = env;
  if (override !== undefined && /^\d+$/.test(override)) return { kind: 'port', port: Number(override) };
  return { kind: 'path', path: override ?? resolve(home, 'rpc.sock') };
}

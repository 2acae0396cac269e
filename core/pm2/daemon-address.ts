/** Where PM2's daemon listens for remote calls. */
import { homedir } from 'node:os';
import { resolve } from 'node:path';

/** The path of a socket or of a Windows pipe, or a port of this host. */
export type DaemonAddress =
  { readonly kind: 'path'; readonly path: string } | { readonly kind: 'port'; readonly port: number };

/** Found as PM2 itself finds it (its paths.js). */
export function daemonAddress(env: NodeJS.ProcessEnv): DaemonAddress {
  if (process.platform === 'win32') return { kind: 'path', path: '\\\\.\\pipe\\rpc.sock' };
  const { PM2_DAEMON_RPC_PORT: override, PM2_HOME: home = resolve(homedir(), '.pm2') } = env;
  if (override !== undefined && /^\d+$/.test(override)) return { kind: 'port', port: Number(override) };
  return { kind: 'path', path: override ?? resolve(home, 'rpc.sock') };
}

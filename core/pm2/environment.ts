/** What PM2 tells a process that it runs. */
import { daemonAddress, type DaemonAddress } from './daemon-address';

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

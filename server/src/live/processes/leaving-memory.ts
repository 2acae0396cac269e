/** The memory of a process that PM2 is replacing: PM2 no longer lists it, but it runs on this host. */
import { readFileSync } from 'node:fs';

/** @returns bytes; `undefined` where the system does not tell */
export function residentMemoryOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const [, kib] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kib === undefined ? undefined : Number(kib) * 1024;
  } catch {
    return undefined;
  }
}

/** Whether a process of this host has ended. */
import { readFileSync } from 'node:fs';

export function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Any other code, such as EPERM, tells that there is one.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  return isZombie(pid);
}

/** On Linux an ended process keeps its pid until its parent, PM2's daemon, has noted its end. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name, in parentheses, may contain anything.
    return /^\) [ZX]/.test(stat.slice(stat.lastIndexOf(')')));
  } catch {
    // Between the two looks it has ended, or /proc is not readable.
    return false;
  }
}

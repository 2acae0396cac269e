/**
 * When a process was started, which tells it from a later one with the same pid. Linux has a file that says it; other systems
 * have a program, which takes a few milliseconds, on Windows half a second.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

/** @returns a text that only this process has; `undefined` if it has ended, or the system does not say it. Never rejects */
export type StartOf = (pid: number) => Promise<string | undefined>;

const PROGRAM_MS = 10_000;

export function startReader(platform: NodeJS.Platform): StartOf {
  if (platform === 'linux') return (pid) => Promise.resolve(fromProc(pid));
  return platform === 'win32' ? fromPowerShell : fromPs;
}

/** In ticks of the system. */
function fromProc(pid: number): string | undefined {
  try {
    // Behind the name, which may have spaces and brackets: state, then eighteen more, then the start.
    const [state, ...more] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' || state === 'X' ? undefined : more[18];
  } catch {
    return undefined;
  }
}

/** macOS and the BSDs. Language and time zone are fixed: in others the text could change, as when the clock is put forward. */
function fromPs(pid: number): Promise<string | undefined> {
  return outputOf('ps', ['-o', 'lstart=', '-p', String(pid)], { LC_ALL: 'C', TZ: 'UTC' });
}

function fromPowerShell(pid: number): Promise<string | undefined> {
  const command = `(Get-Process -Id ${pid}).StartTime.ToUniversalTime().Ticks`;
  return outputOf('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', command], {});
}

async function outputOf(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const options = { env: { ...process.env, ...env }, timeout: PROGRAM_MS, windowsHide: true };
  try {
    const { stdout } = await promisify(execFile)(file, args, options);
    const text = stdout.trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}

/** Runs a function in a process of its own and reports how that process ended. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withoutLoopLines } from '../support/loop-lines';

export interface Host {
  /** Loads a module of the package by its path from the repository's root, compiled where it is up to date. */
  load(path: string): unknown;
  /** The file of such a module. */
  locate(path: string): string;
  readonly require: NodeJS.Require;
  /** Tells the test something, as JSON. */
  tell(value: unknown): void;
  /** How many worker threads there are. */
  threads(): number;
  /** What keeps or could keep the process alive, sorted, without what is closing. */
  lastingResources(): Promise<string[]>;
  /** Memory in use after garbage collection, in MiB, outside of the heap too; asks for `--expose-gc`. */
  usedMb(): Promise<number>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly told: readonly unknown[];
  /** All that it wrote, without the line that its event loop turns again. */
  readonly output: string;
}

export interface ChildOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly execArgv?: readonly string[];
  /** With a channel to this process, as PM2's daemon has one to its apps. */
  readonly channel?: boolean;
  /** Called with each thing told, at once. */
  readonly onTold?: (value: unknown, child: ChildProcess) => unknown;
}

const PROJECT = resolve(__dirname, '..', '..');

/** Whether `build` is newer than the sources. Compiled code starts in a tenth of the time. */
function isBuilt(): boolean {
  const built = statSync(join(PROJECT, 'build', '.built'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return ['core', 'src', 'workers', 'protocol', 'server/src', 'server/workers', 'server/protocol'].every((folder) => {
    const files = readdirSync(join(PROJECT, folder), { recursive: true, encoding: 'utf8' });
    return files.every((file) => statSync(join(PROJECT, folder, file)).mtimeMs < built);
  });
}

/** A process that has not ended by then is killed, and the test fails. Long enough for a busy machine. */
const PATIENCE_MS = 150_000;

/** @param work is sent as text, so it has access to its parameters only */
export function runInChild<A = undefined>(
  work: (host: Host, argument: A) => unknown,
  argument?: A,
  { env = {}, execArgv = [], channel = false, onTold }: ChildOptions = {},
): Promise<Ended> {
  const mark = `told-${randomUUID()} `;
  const built = isBuilt();
  const hidden = {
    WORK: work.toString(),
    ARGUMENT: JSON.stringify(argument ?? null),
    TOLD: mark,
    ROOT: built ? join(PROJECT, 'build') : PROJECT,
  };
  const compiler = built ? [] : ['--require=ts-node/register/transpile-only'];
  const child = spawn(process.execPath, [...execArgv, ...compiler, join(__dirname, 'host.js')], {
    stdio: ['ignore', 'pipe', 'pipe', ...(channel ? (['ipc'] as const) : [])],
    env: { ...process.env, ...env, ...hidden },
  });
  const told: unknown[] = [];
  let output = '';
  let rest = '';
  const take = (text: string): void => void (output += text);
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      if (!line.startsWith(mark)) take(`${line}\n`);
      else {
        told.push(JSON.parse(line.slice(mark.length)));
        onTold?.(told.at(-1), child);
      }
    }
  });
  child.stderr?.setEncoding('utf8').on('data', take);
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  return new Promise((settle, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(impatience);
      settle({ code, signal, told, output: withoutLoopLines(output + rest) });
    });
  });
}

/**
 * Decides which of several processes of the metrics server keeps the sums and listens. Two of them would keep two sums, of
 * which a scrape would show the one or the other.
 *
 * The owner is named by the lock file with the highest number beside the state file. A lock whose process has ended does not
 * count. To take over is to create the next number, which only one process can, and the highest one is never removed: so a
 * process that has looked too early finds a higher number after its own, and gives up.
 */
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { hasEnded } from '../../core/pm2/has-ended';
import { readRegularFile } from '../../core/regular-file';
import { isRecord, messageOf } from '../../core/values';
import { startReader, type StartOf } from './process-start';

/** What the lock says of the process that holds it. */
export interface Owner {
  readonly pid: number;
  /** Tells it from a later process with the same pid; empty where the system does not say it. */
  readonly started: string;
}

export interface OwnershipOptions {
  /** What the names of the locks begin with. */
  readonly path: string;
  /** Called once, if another process is the owner. */
  readonly onWait: (owner: Owner | undefined) => void;
  /** By default the system's. */
  readonly startOf?: StartOf;
  /** Milliseconds on a clock that never goes back. */
  readonly now?: () => number;
}

const POLL_MS = 200;
/** How often the start of the owner is asked for. In between its pid is looked at, which costs nothing. */
const START_MS = 10_000;
/** How long a lock may be empty: its process is writing it, or has ended before it could. */
const EMPTY_MS = 5000;
/** Codes of the system for a lock that is there, and that this process can never read. */
const UNREADABLE: readonly string[] = ['EACCES', 'ELOOP'];

/**
 * Resolves when this process is the owner, which it stays until it ends.
 *
 * @throws Error of the system if the folder cannot be read or written, or the lock cannot be read
 */
export async function becomeOwner(options: OwnershipOptions): Promise<void> {
  const { path, onWait, startOf = startReader(process.platform), now = () => performance.now() } = options;
  const owners = new Owners(startOf, now);
  mkdirSync(dirname(path), { recursive: true });
  for (let tries = 0; ; tries++) {
    const result = await tryToOwn(path, owners);
    if (result === 'owned') return;
    if (tries === 0) onWait(result);
    await pause(POLL_MS);
  }
}

/** @returns the owner, if it is another process; `undefined` if that is not known yet */
async function tryToOwn(path: string, owners: Owners): Promise<'owned' | Owner | undefined> {
  const highest = numbersOf(path).at(-1) ?? 0;
  const lock = (number: number): string => `${path}.lock-${number}`;
  if (highest > 0) {
    const holder = await holderOf(lock(highest), owners);
    if (holder !== 'none') return holder;
  }
  const next = highest + 1;
  const own = await owners.own();
  try {
    writeFileSync(lock(next), JSON.stringify(own), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw new Error(`${lock(next)}: ${messageOf(error)}`, { cause: error });
  }
  const numbers = numbersOf(path);
  if (numbers.at(-1) !== next) {
    rmSync(lock(next), { force: true });
    return undefined;
  }
  for (const number of numbers) if (number < next) rmSync(lock(number), { force: true });
  return 'owned';
}

/** Ascending. */
function numbersOf(path: string): number[] {
  const prefix = `${basename(path)}.lock-`;
  return readdirSync(dirname(join(path)))
    .filter((name) => name.startsWith(prefix) && /^\d{1,15}$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

/** @returns `undefined` if that is not known yet */
async function holderOf(lock: string, owners: Owners): Promise<Owner | undefined | 'none'> {
  let text: string;
  try {
    text = readRegularFile(lock);
    if (text === '') return Date.now() - statSync(lock).mtimeMs < EMPTY_MS ? undefined : 'none';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // Not a regular file, but for instance a named pipe: no process of the server has made it.
    if (code === undefined) return 'none';
    // Such as the lock of another user: waiting does not make it readable.
    if (UNREADABLE.includes(code)) throw error;
    // Another process has just taken over and has removed it.
    return undefined;
  }
  const owner = parse(text);
  return owner !== undefined && (await owners.isRunning(owner)) ? owner : 'none';
}

function parse(text: string): Owner | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value)) return undefined;
    const { pid, started } = value;
    return Number.isSafeInteger(pid) && typeof started === 'string' ? { pid: pid as number, started } : undefined;
  } catch {
    return undefined;
  }
}

/** Tells whether owners run, also where another process has got the pid. */
class Owners {
  /** The one that was looked at last. */
  private last: { readonly owner: Owner; readonly askedAt: number } | undefined;
  private self: Owner | undefined;

  constructor(
    private readonly startOf: StartOf,
    private readonly now: () => number,
  ) {}

  async own(): Promise<Owner> {
    this.self ??= { pid: process.pid, started: (await this.startOf(process.pid)) ?? '' };
    return this.self;
  }

  async isRunning(owner: Owner): Promise<boolean> {
    const { pid, started } = owner;
    if (hasEnded(pid)) return false;
    // The system does not say which process that was. It was not this one.
    if (started === '') return pid !== process.pid;
    const { last } = this;
    const isKnown = last?.owner.pid === pid && last.owner.started === started;
    if (isKnown && this.now() - last.askedAt < START_MS) return true;
    const current = await this.startOf(pid);
    if (current !== undefined && current !== started) return false;
    this.last = { owner, askedAt: this.now() };
    return true;
  }
}

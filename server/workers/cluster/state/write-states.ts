/**
 * Writes a state file. Each write is one or more calls of `write()`: what they have taken outlives this process, though not
 * the machine.
 *
 * The file is opened anew each time, by the thread that writes. So a thread that was ended amid a write harms at most the end
 * of the file, which the next write cuts off, and nothing that another thread has opened since.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { AppendResult, ReplaceTask, SaveTask, StateFileEnd } from '../../../protocol/state-file';
import { messageOf } from '../../../../core/values';
import { FILE_HEAD, MAX_FILE_BYTES, recordOf } from './frames';
import { writeRecord, type StateChange } from './record';

/** Adds records of the changes. Never throws. */
export function appendChanges(end: StateFileEnd, changes: readonly StateChange[]): AppendResult {
  try {
    return append(end, changes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { ok: false, reason: code === 'ENOENT' ? 'replaced' : 'failed', message: messageOf(error) };
  }
}

function append(end: StateFileEnd, changes: readonly StateChange[]): AppendResult {
  const fd = openSync(end.path, constants.O_RDWR | (constants.O_NONBLOCK ?? 0));
  try {
    const { dev, ino, size } = fstatSync(fd);
    if (dev !== end.dev || ino !== end.ino || size < end.size) {
      return { ok: false, reason: 'replaced', message: 'another file has taken its place' };
    }
    if (size > end.size) ftruncateSync(fd, end.size);
    try {
      return { ok: true, end: { ...end, size: writeChanges(fd, end.size, changes) } };
    } catch (error) {
      // On a full disk, what was written of the record is in the way of others.
      ftruncateSync(fd, end.size);
      throw error;
    }
  } finally {
    closeSync(fd);
  }
}

/** Writes a new file with these states. @throws Error of the system; then there is no such file */
export function saveStates({ path, apps }: Pick<SaveTask, 'path' | 'apps'>): StateFileEnd {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  const fd = openSync(path, 'wx', 0o600);
  try {
    const { dev, ino } = fstatSync(fd);
    let size = writeAll(fd, FILE_HEAD, 0);
    for (const { app, state } of apps) size = writeChanges(fd, size, [{ app, from: undefined, to: state }]);
    // The name of a good file will be this one's: after a power failure it must not be empty.
    fdatasyncSync(fd);
    return { path, dev, ino, size };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}

export interface Replaced {
  readonly end: StateFileEnd;
  /** The name under which the file before is kept. */
  readonly aside: string | undefined;
}

/**
 * Gives a new file the name of the state file, after it has got what has changed since it was begun. At each moment there is
 * a complete file of that name.
 *
 * @throws Error of the system; then the state file is as before
 */
export function replaceFile({ draft, changes, path, keepAside }: Omit<ReplaceTask, 'kind'>): Replaced {
  try {
    const appended = append(draft, changes);
    if (!appended.ok) throw new Error(appended.message);
    const aside = keepAside ? linkAside(path) : undefined;
    renameSync(draft.path, path);
    return { end: { ...appended.end, path }, aside };
  } catch (error) {
    rmSync(draft.path, { force: true });
    throw error;
  }
}

/** Most files that are kept aside. */
const MAX_ASIDE = 100;

/** @returns the second name that the file has got */
function linkAside(path: string): string {
  for (let i = 1; i <= MAX_ASIDE; i++) {
    const aside = `${path}.unreadable-${i}`;
    if (isSameFile(path, aside)) return aside;
    try {
      linkSync(path, aside);
      return aside;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EEXIST') continue;
      // Some file systems have no links.
      copyFileSync(path, aside, constants.COPYFILE_EXCL);
      return aside;
    }
  }
  throw new Error(`there are ${MAX_ASIDE} files ${path}.unreadable-… already`);
}

/** Two names of one file remain when a process has ended between linking and renaming. */
function isSameFile(path: string, other: string): boolean {
  const [a, b] = [path, other].map((one) => lstatSync(one, { throwIfNoEntry: false }));
  return a !== undefined && a.ino === b?.ino && a.dev === b.dev;
}

/** @returns the size of the file */
function writeChanges(fd: number, start: number, changes: readonly StateChange[]): number {
  let at = start;
  for (const change of changes) at = writeAll(fd, Buffer.concat(recordOf(writeRecord(change))), at);
  return at;
}

function writeAll(fd: number, bytes: Uint8Array, start: number): number {
  if (start + bytes.length > MAX_FILE_BYTES) {
    throw new RangeError(`the file would have more than ${MAX_FILE_BYTES} bytes`);
  }
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written, start + written);
  return start + bytes.length;
}

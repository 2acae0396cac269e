/**
 * Files that are read again when they change.
 *
 * Their stamps are compared every second. Unlike a watch, this also notices changes in a mounted volume, a symbolic link that
 * is replaced, and a file that is missing for a moment.
 */
import { stat } from 'node:fs/promises';
import { readRegularFile, whyUnreadable } from '../../../core/regular-file';

const INTERVAL_MS = 1000;

export interface Followed {
  readonly paths: readonly string[];
  /**
   * Called with the contents, in the order of the paths, at the start and after each change. If it throws, the contents before
   * stay in use.
   */
  readonly take: (contents: readonly string[]) => void;
  /** Called if a later change cannot be read or is refused. */
  readonly fail: (error: unknown) => void;
}

/**
 * Rejects if the files cannot be read or are refused at the start.
 * @returns ends the following
 */
export async function follow({ paths, take, fail }: Followed): Promise<() => void> {
  let stamp = await stampOf(paths);
  const read = (): void => take(paths.map(readText));
  read();

  let before = stamp;
  let isChecking = false;
  const check = async (): Promise<void> => {
    if (isChecking) return;
    isChecking = true;
    const now = await stampOf(paths);
    // Read once nothing has changed for one interval: what is being written may be half of it, or one file of two.
    if (now !== stamp && now === before) {
      // Set before reading: a change during the reading is noticed the next time.
      stamp = now;
      try {
        read();
      } catch (error) {
        fail(error);
      }
    }
    before = now;
    isChecking = false;
  };
  const timer = setInterval(() => void check(), INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

/** @throws Error whose message is a sentence, with the system's code if there is one */
function readText(path: string): string {
  try {
    return readRegularFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw Object.assign(new Error(`The file ${path} cannot be read: ${whyUnreadable(cause)}`, { cause }), { code });
  }
}

async function stampOf(paths: readonly string[]): Promise<string> {
  const stamps = paths.map(async (path) => {
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
      return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
    } catch (error) {
      return String((error as NodeJS.ErrnoException).code);
    }
  });
  return (await Promise.all(stamps)).join('\n');
}

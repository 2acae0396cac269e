/**
 * Files that are read again when they change.
 *
 * Their stamps are compared every second: unlike a watch, this also sees a mounted volume, a symbolic link that is set
 * anew, and a file that is gone for a moment.
 */
import { readFile, stat } from 'node:fs/promises';

const INTERVAL_MS = 1000;

export interface Followed {
  readonly paths: readonly string[];
  /** Gets what is in them, in their order, at the start and after a change. May throw, and then what was before stays. */
  readonly take: (contents: readonly string[]) => void;
  /** A later change was no good. */
  readonly fail: (error: unknown) => void;
}

export interface Following {
  /** Looks now. Never rejects. */
  check(): Promise<void>;
  stop(): void;
}

/** Rejects where the files cannot be read or are refused at the start. */
export async function follow({ paths, take, fail }: Followed): Promise<Following> {
  let stamp = await stampOf(paths);
  const read = async () => take(await Promise.all(paths.map((path) => readFile(path, 'utf8'))));
  await read();

  let checking: Promise<void> | undefined;
  const check = async (): Promise<void> => {
    const now = await stampOf(paths);
    if (now === stamp) return;
    // Taken before reading: what changes meanwhile is seen the next time.
    stamp = now;
    await read().catch(fail);
  };
  const checkAlone = () => (checking ??= check().finally(() => (checking = undefined)));
  const timer = setInterval(() => void checkAlone(), INTERVAL_MS).unref();
  return { check: checkAlone, stop: () => clearInterval(timer) };
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

/**
 * Reads small files that users name. Reading a named pipe would wait for a writer, some devices never end, and a large file
 * fills the memory: so only regular files are read, up to a size.
 */
import { constants, openSync, closeSync, fstatSync, readSync, statSync, type Stats } from 'node:fs';

const MAX_BYTES = 1024 * 1024;
/** Does not wait for the writer of a named pipe. Windows has no such flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** @throws Error with a system's code, or with a message that says what it is */
export function readRegularFile(path: string, maxBytes = MAX_BYTES): string {
  // Before it is opened, which alone may do something to a device.
  checkKind(statSync(path), maxBytes);
  const file = openSync(path, FLAGS);
  try {
    // Another file may have taken its place.
    checkKind(fstatSync(file), maxBytes);
    const bytes = Buffer.allocUnsafe(maxBytes + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < bytes.length; length += read)
      read = readSync(file, bytes, length, bytes.length - length, null);
    checkSize(length, maxBytes);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(file);
  }
}

/** Why a file could not be read: the system's code, or a sentence. */
export function whyUnreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}

function checkKind(stats: Stats, maxBytes: number): void {
  if (!stats.isFile()) throw new Error(`it is ${kindOf(stats)}, expected a regular file`);
  checkSize(stats.size, maxBytes);
}

function checkSize(bytes: number, maxBytes: number): void {
  if (bytes > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

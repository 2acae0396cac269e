/**
 * The outer form of the state file: a line that names its format, and records behind each other.
 *
 * ```
 * pm2-metrics-state 2 and a line feed
 * record: "PM2r" | u32 bytes of the payload | u32 CRC-32 of the payload | u32 CRC-32 of these twelve bytes | payload
 * ```
 *
 * Records are only added at the end. Numbers are little endian. An intact head tells where the next record begins. If
 * none begins there, or the head is damaged, the next intact head is looked for: bytes may have been lost or added.
 */
import { readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

const NAME = 'pm2-metrics-state';
export const STATE_VERSION = 2;
export const FILE_HEAD = Buffer.from(`${NAME} ${STATE_VERSION}\n`);
/** How files of other versions begin. */
const OTHER_HEADS = [/^pm2-metrics-state (\d+)\n/, /^\{"format":"pm2-metrics-state","v":(\d+)/];

const MARK = Buffer.from('PM2r');
const HEAD_BYTES = 16;
/** Most bytes of a payload. */
const MAX_RECORD_BYTES = 1024 * 1024 * 1024;
/** Most bytes of a file, so that reading one ends. */
export const MAX_FILE_BYTES = 4 * MAX_RECORD_BYTES;
const WINDOW_BYTES = 1024 * 1024;

/** @throws RangeError if the payload is too large */
export function recordOf(payload: readonly Uint8Array[]): Uint8Array[] {
  const length = payload.reduce((sum, piece) => sum + piece.length, 0);
  if (length > MAX_RECORD_BYTES) {
    throw new RangeError(`the state of an app takes ${length} bytes in the file, allowed are ${MAX_RECORD_BYTES}`);
  }
  const head = Buffer.alloc(HEAD_BYTES);
  MARK.copy(head);
  head.writeUInt32LE(length, 4);
  head.writeUInt32LE(
    payload.reduce((sum, piece) => crc32(piece, sum), 0),
    8,
  );
  head.writeUInt32LE(crc32(head.subarray(0, 12)), 12);
  return [head, ...payload];
}

/** What the bytes are at the beginning of a file. */
export type Beginning =
  | { readonly kind: 'ours' }
  /** A part of the first line. */
  | { readonly kind: 'torn' }
  | { readonly kind: 'other version'; readonly version: string }
  | { readonly kind: 'foreign' };

export function beginningOf(bytes: Buffer): Beginning {
  if (bytes.subarray(0, FILE_HEAD.length).equals(FILE_HEAD)) return { kind: 'ours' };
  if (FILE_HEAD.subarray(0, bytes.length).equals(bytes)) return { kind: 'torn' };
  const text = bytes.toString('latin1');
  const version = OTHER_HEADS.map((head) => head.exec(text)?.[1]).find((found) => found !== undefined);
  return version === undefined ? { kind: 'foreign' } : { kind: 'other version', version };
}

/** A record, or what stands in place of one. */
export type Frame =
  | { readonly kind: 'record'; readonly at: number; readonly end: number; readonly payload: Buffer }
  /** The checksum does not fit. */
  | { readonly kind: 'damaged'; readonly at: number; readonly end: number }
  /** The file ends within the record, as after the end of the process that wrote it. */
  | { readonly kind: 'torn'; readonly at: number; readonly end: number };

/**
 * Reads the frames of an open file one by one.
 *
 * @param start where the first one begins
 * @param size of the file
 */
export function* framesOf(fd: number, start: number, size: number): Generator<Frame> {
  for (let at = start; at < size;) {
    const head = readAt(fd, at, Math.min(HEAD_BYTES, size - at));
    const length = lengthIn(head);
    if (length === undefined) {
      // The mark is whole, or cut by the end of the file.
      if (head.length < HEAD_BYTES && MARK.subarray(0, head.length).equals(head.subarray(0, MARK.length))) {
        yield { kind: 'torn', at, end: size };
        return;
      }
      const next = findHead(fd, at + 1, size);
      yield { kind: 'damaged', at, end: next };
      at = next;
      continue;
    }
    const end = at + HEAD_BYTES + length;
    const payload = end > size ? undefined : readAt(fd, at + HEAD_BYTES, length);
    if (payload?.length === length && crc32(payload) === head.readUInt32LE(8)) {
      yield { kind: 'record', at, end, payload };
      at = end;
      continue;
    }
    const next = end < size && isHeadAt(fd, end, size) ? end : findHead(fd, at + HEAD_BYTES, size);
    if (end > size && next === size) {
      yield { kind: 'torn', at, end: size };
      return;
    }
    yield { kind: 'damaged', at, end: next };
    at = next;
  }
}

function isHeadAt(fd: number, at: number, size: number): boolean {
  return lengthIn(readAt(fd, at, Math.min(HEAD_BYTES, size - at))) !== undefined;
}

/** @returns the length of the payload; `undefined` if this is no intact head */
function lengthIn(head: Buffer): number | undefined {
  if (head.length < HEAD_BYTES || !head.subarray(0, MARK.length).equals(MARK)) return undefined;
  if (crc32(head.subarray(0, 12)) !== head.readUInt32LE(12)) return undefined;
  const length = head.readUInt32LE(4);
  return length <= MAX_RECORD_BYTES ? length : undefined;
}

/** @returns where the next intact head stands, or `size` */
function findHead(fd: number, from: number, size: number): number {
  for (let at = from; at < size; at += WINDOW_BYTES - HEAD_BYTES) {
    const window = readAt(fd, at, Math.min(WINDOW_BYTES, size - at));
    for (let found = window.indexOf(MARK); found >= 0; found = window.indexOf(MARK, found + 1)) {
      if (lengthIn(window.subarray(found, found + HEAD_BYTES)) !== undefined) return at + found;
    }
    if (window.length < WINDOW_BYTES) break;
  }
  return size;
}

/** @returns fewer bytes only where the file has become shorter */
export function readAt(fd: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let read = 0;
  while (read < length) {
    const more = readSync(fd, bytes, read, length - read, position + read);
    if (more === 0) break;
    read += more;
  }
  return bytes.subarray(0, read);
}

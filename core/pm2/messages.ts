/**
 * The messages that PM2's daemon and its clients exchange over a socket.
 *
 * ```
 * message   1 byte: version (1) << 4 | number of arguments, then the arguments
 * argument  4 bytes: length, big-endian, then that many bytes
 * bytes     "j:" and JSON, or "s:" and text
 * ```
 *
 * This is AMP as the npm packages `amp` 0.3 and `amp-message` 0.1 write it, which PM2's daemon uses. The packages
 * themselves are not used: `amp` assigns to `__proto__`, so that Node.js cannot load it under `--disable-proto=throw`,
 * and its parser is no stream under `--disable-proto=delete`.
 */

const VERSION = 1;
const LENGTH_BYTES = 4;
/** What is kept of an argument that no call wants: enough for any error, small enough to be of no weight. */
const MAX_UNWANTED_BYTES = 64 * 1024;

/**
 * A message of two arguments.
 * @param json the first one with its prefix, in pieces, which are not copied
 * @param id the second one with its prefix
 */
export function writeMessage(json: readonly Buffer[], id: string): Buffer[] {
  const head = Buffer.alloc(1 + LENGTH_BYTES);
  head[0] = (VERSION << 4) | 2;
  head.writeUInt32BE(
    json.reduce((sum, { length }) => sum + length, 0),
    1,
  );
  const tail = Buffer.alloc(LENGTH_BYTES + Buffer.byteLength(id));
  tail.writeUInt32BE(tail.write(id, LENGTH_BYTES));
  return [head, ...json, tail];
}

/** Finds the messages in what a socket receives. Every byte is looked at once and copied at most once. */
export class MessageReader {
  private args: Buffer[] = [];
  /** Arguments of the current message that are not complete. */
  private argsLeft = 0;
  /** The length of the current argument, as far as it has come. */
  private length = 0;
  private lengthBytes = 0;
  /** Bytes of the current argument that have not come. */
  private bytesLeft = 0;
  private pieces: Buffer[] = [];
  /** How many bytes of the current argument may still be kept. */
  private room = 0;

  constructor(
    private readonly onMessage: (args: readonly Buffer[]) => void,
    /** Whether an argument that begins now has to be kept whole; of any other the first 64 KiB are kept. */
    private readonly isWanted: () => boolean,
  ) {}

  /** @returns false for bytes that are not such messages: then no later byte can be understood either */
  read(chunk: Buffer): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.argsLeft === 0) {
        const head = chunk[at++] as number;
        this.argsLeft = head & 0xf;
        if (head >> 4 !== VERSION || this.argsLeft === 0) return false;
      } else if (this.lengthBytes < LENGTH_BYTES) {
        this.readLength(chunk[at++] as number);
      } else {
        const piece = chunk.subarray(at, at + this.bytesLeft);
        at += piece.length;
        this.readPiece(piece);
      }
    }
    return true;
  }

  private readLength(byte: number): void {
    this.length = this.length * 256 + byte;
    if (++this.lengthBytes < LENGTH_BYTES) return;
    this.bytesLeft = this.length;
    this.room = this.isWanted() ? this.length : Math.min(this.length, MAX_UNWANTED_BYTES);
    if (this.length === 0) this.endArgument();
  }

  private readPiece(piece: Buffer): void {
    if (this.room > 0) this.pieces.push(piece.subarray(0, this.room));
    this.room = Math.max(0, this.room - piece.length);
    this.bytesLeft -= piece.length;
    if (this.bytesLeft === 0) this.endArgument();
  }

  private endArgument(): void {
    const { pieces } = this;
    this.args.push(pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces));
    this.pieces = [];
    this.length = 0;
    this.lengthBytes = 0;
    if (--this.argsLeft > 0) return;
    const { args } = this;
    this.args = [];
    this.onMessage(args);
  }
}

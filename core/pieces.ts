/**
 * Long texts, built piece by piece in memory outside V8's heap.
 *
 * A worker thread has a heap limit. Where many small allocations reach it, V8 asks first and only the thread ends. Where one
 * allocation jumps over it, such as that of a string with all series in it, V8 ends the whole process (SIGABRT). So no text
 * whose length follows the number of series is ever one string.
 */

/** Characters that are joined to one string before they are written as bytes. Well below V8's reserve of 16 MiB. */
const PIECE_CHARS = 32 * 1024;
/** A multiple of 3, so that the base64 texts of the pieces, joined, are the base64 text of the whole. */
const BASE64_PIECE_BYTES = 48 * 1024;

/** Thrown where a text would become longer than is allowed. Its message names the limit. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';

  constructor(limitBytes: number) {
    super(`larger than ${limitBytes / (1 << 20)} MiB`);
  }
}

export class TextPieces {
  private readonly pieces: Buffer[] = [];
  private text = '';
  private bytes = 0;

  /** @param limitBytes UTF-8 bytes that the text may have */
  constructor(private readonly limitBytes = Number.POSITIVE_INFINITY) {}

  /** @throws TooLargeError */
  add(text: string): void {
    this.text += text;
    if (this.text.length >= PIECE_CHARS) this.flush();
  }

  /** @returns the text as UTF-8 @throws TooLargeError */
  finish(): Buffer[] {
    if (this.text !== '') this.flush();
    return this.pieces;
  }

  private flush(): void {
    const piece = Buffer.from(this.text);
    this.text = '';
    this.bytes += piece.length;
    if (this.bytes > this.limitBytes) throw new TooLargeError(this.limitBytes);
    this.pieces.push(piece);
  }
}

/** The base64 text of the bytes, as ASCII. */
export function base64Pieces(bytes: Buffer): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += BASE64_PIECE_BYTES) {
    pieces.push(Buffer.from(bytes.toString('base64', at, at + BASE64_PIECE_BYTES), 'latin1'));
  }
  return pieces;
}

export function lengthOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}

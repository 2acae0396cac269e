/**
 * The shared memory in which the texts of pages stand: pieces, filled one after the other by all families of an encoder.
 * They are few however many pages there are, since every handle of shared memory costs the thread that posts it.
 */

/** Pieces grow with what there is, so that the unused end of the last one is a small part of all. */
const SHARE = 1 / 10;
const SMALLEST_BYTES = 16 * 1024;
const LARGEST_BYTES = 2 * 1024 * 1024;

/** A text that is a larger share of a new piece has a piece of its own: it would leave too much of the last one unused. */
const LONG_SHARE = 1 / 8;

/** Dead texts and unused ends that are tolerated: in bytes, and as a share of all. */
const TOLERATED_BYTES = 256 * 1024;
const TOLERATED_SHARE = 1 / 3;

/** A piece is given up where texts in use are a smaller share of it. */
const WORTH_KEEPING_SHARE = 3 / 4;

export class TextMemory {
  /** The piece being filled. No byte of it is written twice: threads may read texts in it meanwhile. */
  private piece: Uint8Array = new Uint8Array(0);
  private used = 0;
  /** Bytes of all pieces that texts in use may stand in. */
  private taken = 0;

  /** @returns the text where it stays, in shared memory */
  write(text: Uint8Array): Uint8Array {
    if (text.length > this.piece.length - this.used) {
      const size = Math.min(LARGEST_BYTES, Math.max(SMALLEST_BYTES, Math.floor(this.taken * SHARE)));
      if (text.length > size * LONG_SHARE) return copyTo(this.allocate(text.length), text);
      this.piece = this.allocate(size);
      this.used = 0;
    }
    const end = this.piece.subarray(this.used, this.used + text.length);
    this.used += text.length;
    return copyTo(end, text);
  }

  /** @param inUse bytes of all texts in use */
  isWasteful(inUse: number): boolean {
    return this.taken - inUse > Math.max(TOLERATED_BYTES, this.taken * TOLERATED_SHARE);
  }

  /**
   * Gives up the pieces that are mostly unused.
   * @param inUse all texts in use
   * @returns tells whether a text stands in one of them: it is to be written anew, so that the piece becomes free
   */
  giveUp(inUse: Iterable<Uint8Array>): (text: Uint8Array) => boolean {
    const used = new Map<ArrayBufferLike, number>([[this.piece.buffer, this.piece.length]]);
    for (const { buffer, length } of inUse) {
      if (buffer !== this.piece.buffer) used.set(buffer, (used.get(buffer) ?? 0) + length);
    }
    this.taken = 0;
    for (const [buffer, bytes] of used) {
      if (bytes < buffer.byteLength * WORTH_KEEPING_SHARE) used.delete(buffer);
      else this.taken += buffer.byteLength;
    }
    return ({ buffer }) => !used.has(buffer);
  }

  private allocate(size: number): Uint8Array {
    this.taken += size;
    return new Uint8Array(new SharedArrayBuffer(size));
  }
}

function copyTo(target: Uint8Array, text: Uint8Array): Uint8Array {
  target.set(text);
  return target;
}

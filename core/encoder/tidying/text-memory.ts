/**
 * The shared memory that pages have their texts in: pieces, filled one after the other by all families of an encoder.
 * They are few however many pages there are, since every handle of shared memory costs the thread that posts it.
 */

/** Pieces grow with what there is, so that the unused end of the last one is a small part of all. */
const SHARE = 1 / 10;
const SMALLEST = 16 * 1024;
const LARGEST = 2 * 1024 * 1024;

/** A longer text, in pieces, does not begin a piece but has one of its own: what it would leave unused is too much. */
const LONG = 1 / 8;

/** Bytes of dead texts and unused ends that are tolerated, and their share of all. */
const TOLERATED = 256 * 1024;
const TOLERATED_SHARE = 1 / 3;

/** A piece whose texts in use are a smaller part of it is given up. */
const WORTH_KEEPING = 3 / 4;

export class TextMemory {
  /** The piece being filled: what is written in it is never written again, snapshots may be read from it meanwhile. */
  private piece: Uint8Array = new Uint8Array(0);
  private used = 0;
  /** Bytes of all pieces that texts in use may stand in. */
  private taken = 0;

  /** @returns the text where it stays, in shared memory */
  write(text: Uint8Array): Uint8Array {
    if (text.length > this.piece.length - this.used) {
      const size = Math.min(LARGEST, Math.max(SMALLEST, Math.floor(this.taken * SHARE)));
      if (text.length > size * LONG) return copyTo(this.allocate(text.length), text);
      this.piece = this.allocate(size);
      this.used = 0;
    }
    const place = this.piece.subarray(this.used, this.used + text.length);
    this.used += text.length;
    return copyTo(place, text);
  }

  /** @param inUse bytes of all texts in use */
  isWasteful(inUse: number): boolean {
    return this.taken - inUse > Math.max(TOLERATED, this.taken * TOLERATED_SHARE);
  }

  /**
   * Gives up the pieces that are mostly unused.
   * @param inUse all texts in use
   * @returns whether a text stands in one of them, and is to be written anew for the piece to become free
   */
  giveUp(inUse: Iterable<Uint8Array>): (text: Uint8Array) => boolean {
    const used = new Map<ArrayBufferLike, number>([[this.piece.buffer, this.piece.length]]);
    for (const { buffer, length } of inUse) {
      if (buffer !== this.piece.buffer) used.set(buffer, (used.get(buffer) ?? 0) + length);
    }
    this.taken = 0;
    for (const [buffer, bytes] of used) {
      if (bytes < buffer.byteLength * WORTH_KEEPING) used.delete(buffer);
      else this.taken += buffer.byteLength;
    }
    return ({ buffer }) => !used.has(buffer);
  }

  private allocate(size: number): Uint8Array {
    this.taken += size;
    return new Uint8Array(new SharedArrayBuffer(size));
  }
}

function copyTo(place: Uint8Array, text: Uint8Array): Uint8Array {
  place.set(text);
  return place;
}

/** Bytes that readers borrow. They are copied only if they have to change while a reader still has them. */
import { isOver, type Loan } from '../../../protocol/loan';
import { sharedMemory } from '../../../../core/pool/shared-memory';
import type { Output } from '../output';

/** Fewer bytes than these are cheaper to copy than to lend. */
const MIN_LENT_BYTES = 32 * 1024;

/**
 * Memory that readers still have when the bytes change is left to them, and used again once they are done. The garbage
 * collector would free it only after a major collection in both threads, so that it would pile up. This is how many pieces
 * are kept for it.
 */
const MAX_LEFT = 3;
/** After so many changes in a row for which no reader stood in the way, the pieces are no longer kept. */
const MAX_CALM = 20;

/** A piece of memory that is left to readers. */
interface LeftMemory {
  readonly bytes: Buffer;
  readonly loans: readonly Loan[];
}

export class Lendable {
  /** Call {@link own} before changing them: it may replace the buffer. */
  bytes: Buffer;
  private loans: Loan[] = [];
  /** All as long as `bytes`; the oldest first. */
  private leftMemory: LeftMemory[] = [];
  /** Changes in a row for which no reader stood in the way. */
  private calm = 0;

  /** @param length in bytes, which are 0 */
  constructor(length: number) {
    this.bytes = length < MIN_LENT_BYTES ? Buffer.alloc(length) : Buffer.from(sharedMemory(length));
  }

  /** Bytes of memory. */
  get held(): number {
    return this.bytes.length * (1 + this.leftMemory.length);
  }

  writeTo(out: Output, from: number, to: number): void {
    const { bytes } = this;
    if (to - from < MIN_LENT_BYTES || !isShared(bytes)) {
      out.write(bytes, from, to);
      return;
    }
    const loan = out.lend(bytes, from, to);
    if (loan === undefined || this.loans.at(-1) === loan) return;
    this.loans = this.loans.filter((other) => !isOver(other));
    this.loans.push(loan);
  }

  /** Makes sure that no reader has the bytes any more, by replacing them with a copy if one has. */
  own(): void {
    const { bytes, loans } = this;
    if (loans.length === 0) return;
    this.loans = [];
    if (loans.every(isOver)) {
      if (++this.calm >= MAX_CALM) this.leftMemory = [];
      return;
    }
    this.calm = 0;
    this.bytes = this.takeBack() ?? Buffer.from(sharedMemory(bytes.length));
    copyBytes(this.bytes, 0, bytes, 0, bytes.length);
    this.leftMemory.push({ bytes, loans });
    // Bounded, for loans that never end.
    if (this.leftMemory.length > MAX_LEFT) this.leftMemory.shift();
  }

  private takeBack(): Buffer | undefined {
    const at = this.leftMemory.findIndex(({ loans }) => loans.every(isOver));
    return at < 0 ? undefined : this.leftMemory.splice(at, 1)[0]?.bytes;
  }
}

function isShared(bytes: Buffer): bytes is Buffer<SharedArrayBuffer> {
  return bytes.buffer instanceof SharedArrayBuffer;
}

/** Up to this many bytes, `copy` is faster in any memory. */
const SHORT_BYTES = 256;

/**
 * Copies bytes that do not overlap, in shared memory or not. Where memory is shared, `copy` and `set` of V8 go word by word
 * and are several times slower than `fill`, which is native. This is safe here: no other thread writes these bytes.
 */
export function copyBytes(target: Buffer, at: number, source: Buffer, from: number, to: number): void {
  if (to - from <= SHORT_BYTES) source.copy(target, at, from, to);
  else target.fill(new Uint8Array(source.buffer, source.byteOffset + from, to - from), at, at + to - from);
}

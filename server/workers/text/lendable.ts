/** Bytes that are lent to whoever reads them, rather than copied: copied only if they are to change meanwhile. */
import { isOver, type Loan } from '../../protocol/loan';
import { sharedMemory } from '../../../core/pool/pressure';
import type { Output } from './output';

/** To copy fewer bytes is cheaper than to hand them over. */
const LENT_AT_LEAST = 32 * 1024;

/**
 * Memory that was given up for readers that were not done is written again when they are: left to garbage collections, of
 * which both threads would have to make a major one, it would pile up. So many readers may be at it at a time.
 */
const KEPT = 3;
/** After so many changes that nobody's reading was in the way of, it is no longer kept. */
const CALM = 20;

interface GivenUp {
  readonly bytes: Buffer;
  readonly loans: readonly Loan[];
}

export class Lendable {
  /** Not to be changed before {@link own} has been called, which may replace it. */
  bytes: Buffer;
  private loans: Loan[] = [];
  /** Of the same length, the oldest first. */
  private givenUp: GivenUp[] = [];
  private calm = 0;

  /** @param length in bytes, all of them 0 */
  constructor(length: number) {
    this.bytes = length < LENT_AT_LEAST ? Buffer.alloc(length) : Buffer.from(sharedMemory(length));
  }

  /** Bytes of memory. */
  get held(): number {
    return this.bytes.length * (1 + this.givenUp.length);
  }

  writeTo(out: Output, from: number, to: number): void {
    const { bytes } = this;
    if (to - from < LENT_AT_LEAST || !isShared(bytes)) {
      out.write(bytes, from, to);
      return;
    }
    const loan = out.lend(bytes, from, to);
    if (loan === undefined || this.loans.at(-1) === loan) return;
    this.loans = this.loans.filter((other) => !isOver(other));
    this.loans.push(loan);
  }

  /** Sees to it that nobody else reads the bytes. */
  own(): void {
    const { bytes, loans } = this;
    if (loans.length === 0) return;
    this.loans = [];
    if (loans.every(isOver)) {
      if (++this.calm >= CALM) this.givenUp = [];
      return;
    }
    this.calm = 0;
    this.bytes = this.takeBack() ?? Buffer.from(sharedMemory(bytes.length));
    copyBytes(this.bytes, 0, bytes, 0, bytes.length);
    this.givenUp.push({ bytes, loans });
    // Of a loan that never ends, too.
    if (this.givenUp.length > KEPT) this.givenUp.shift();
  }

  private takeBack(): Buffer | undefined {
    const at = this.givenUp.findIndex(({ loans }) => loans.every(isOver));
    return at < 0 ? undefined : this.givenUp.splice(at, 1)[0]?.bytes;
  }
}

function isShared(bytes: Buffer): bytes is Buffer<SharedArrayBuffer> {
  return bytes.buffer instanceof SharedArrayBuffer;
}

/** As few bytes are copied faster by `copy`, shared or not. */
const SHORT = 256;

/**
 * Copies bytes that do not overlap, shared or not. More than a few not by `copy` or `set`: where memory is shared, V8
 * copies word by word, several times slower than `fill`, which is native. What nobody else reads needs no such care.
 */
export function copyBytes(target: Buffer, at: number, source: Buffer, from: number, to: number): void {
  if (to - from <= SHORT) source.copy(target, at, from, to);
  else target.fill(new Uint8Array(source.buffer, source.byteOffset + from, to - from), at, at + to - from);
}

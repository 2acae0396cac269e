/** Collects an exposition in chunks for another thread. */
import type { Loan } from '../../protocol/loan';
import { copyBytes } from '../text/lines/lendable';
import type { Output } from '../text/output';

/** Bytes that can be transferred, since they have a buffer of their own, or shared memory that is lent. */
export type Chunk = Uint8Array<ArrayBuffer> | Uint8Array<SharedArrayBuffer>;

const CHUNK_BYTES = 256 * 1024;

/** The buffer that the last exposition has not used up: most expositions of one instance need no other one. */
let spare: Buffer<ArrayBuffer> | undefined;

export class Chunks implements Output {
  private full: Chunk[] = [];
  private chunk: Buffer<ArrayBuffer> | undefined;
  private at = 0;

  /** @param loan of the shared memory that is lent to the other thread; without it, all bytes are copied */
  constructor(private readonly loan?: Loan) {}

  write(source: Buffer, from = 0, to = source.length): void {
    for (let read = from; read < to;) {
      this.chunk ??= takeSpare();
      const end = Math.min(to, read + CHUNK_BYTES - this.at);
      copyBytes(this.chunk, this.at, source, read, end);
      this.at += end - read;
      read = end;
      if (this.at === CHUNK_BYTES) this.close();
    }
  }

  lend(source: Buffer<SharedArrayBuffer>, from: number, to: number): Loan | undefined {
    if (this.loan === undefined) {
      this.write(source, from, to);
      return undefined;
    }
    this.close();
    this.full.push(new Uint8Array(source.buffer, source.byteOffset + from, to - from));
    return this.loan;
  }

  /** The chunks that are full. Each is returned once. */
  take(): Chunk[] {
    const { full } = this;
    if (full.length > 0) this.full = [];
    return full;
  }

  /** @returns the chunks that are left */
  end(): Chunk[] {
    this.close();
    spare = this.chunk;
    this.chunk = undefined;
    return this.take();
  }

  private close(): void {
    const { chunk, at } = this;
    if (chunk === undefined || at === 0) return;
    this.at = 0;
    if (2 * at >= CHUNK_BYTES) {
      this.full.push(new Uint8Array(chunk.buffer, 0, at));
      this.chunk = undefined;
    } else {
      // A short chunk is copied: it would keep a whole buffer alive.
      this.full.push(new Uint8Array(chunk.subarray(0, at)));
    }
  }
}

function takeSpare(): Buffer<ArrayBuffer> {
  const chunk = spare ?? Buffer.allocUnsafeSlow(CHUNK_BYTES);
  spare = undefined;
  return chunk;
}

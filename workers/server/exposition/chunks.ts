/** Gathers an exposition into chunks that can be transferred to another thread: each has a buffer of its own. */

export type Chunk = Uint8Array<ArrayBuffer>;

const CHUNK_BYTES = 256 * 1024;

export class Chunks {
  /** Bytes written so far. */
  bytes = 0;
  private full: Chunk[] = [];
  private chunk: Buffer<ArrayBuffer> | undefined;
  private at = 0;

  write(source: Buffer, from = 0, to = source.length): void {
    this.bytes += to - from;
    for (let read = from; read < to;) {
      this.chunk ??= Buffer.allocUnsafeSlow(CHUNK_BYTES);
      const copied = source.copy(this.chunk, this.at, read, to);
      read += copied;
      this.at += copied;
      if (this.at === CHUNK_BYTES) this.close();
    }
  }

  /** The chunks that are full, once each. */
  take(): Chunk[] {
    const { full } = this;
    if (full.length > 0) this.full = [];
    return full;
  }

  /** @returns what is left */
  end(): Chunk[] {
    this.close();
    return this.take();
  }

  private close(): void {
    if (this.chunk === undefined) return;
    const { buffer } = this.chunk;
    // A short one is not worth a buffer of that size.
    const whole = 2 * this.at >= CHUNK_BYTES;
    this.full.push(whole ? new Uint8Array(buffer, 0, this.at) : new Uint8Array(this.chunk.subarray(0, this.at)));
    this.chunk = undefined;
    this.at = 0;
  }
}

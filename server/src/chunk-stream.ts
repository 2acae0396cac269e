/**
 * The chunks that a worker thread renders, as a stream. They are kept here for a slow reader, so that it does not hold up the
 * thread for other tasks, until a limit is reached. A reader that closes the stream ends the rendering.
 */
import { Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { endLoan, type Loan } from '../protocol/loan';
import type { Exposition } from './view';

const MIB = 1024 * 1024;

/** Counts the bytes that are kept for the readers of all streams. */
export class Kept {
  bytes = 0;

  /**
   * @param each bytes that are kept for one reader before the worker waits for it. A million series as text take less than
   * twice the default.
   * @param all bytes that are kept for all readers together before the worker waits. A reader for which nothing is kept is not
   * held up by the others.
   */
  constructor(
    readonly each = 64 * MIB,
    readonly all = 256 * MIB,
  ) {}
}

export class ChunkStream extends Readable implements Exposition {
  private readonly untaken: Uint8Array[] = [];
  private bytes = 0;
  /** Number of chunks that have come and that the worker does not know to be taken. */
  private untold = 0;
  private wanted = false;
  private over = false;

  /** @param port the other end of a `ChunkPort` */
  constructor(
    private readonly port: MessagePort,
    private readonly loan: Loan,
    private readonly kept: Kept,
  ) {
    super();
    port.on('message', (chunk: Uint8Array | null) => {
      // The chunk was on its way when the reader closed the stream.
      if (this.destroyed) return;
      if (chunk === null) this.over = true;
      else this.keep(chunk);
      this.pass();
    });
  }

  release(): void {
    endLoan(this.loan);
  }

  private keep(chunk: Uint8Array): void {
    this.untaken.push(chunk);
    this.count(chunk.length);
    this.untold++;
    this.tell();
  }

  private count(bytes: number): void {
    this.bytes += bytes;
    this.kept.bytes += bytes;
  }

  /** Tells the worker that its chunks are taken, so that it may send as many more. */
  private tell(): void {
    const { bytes, kept } = this;
    if (bytes > 0 && (bytes >= kept.each || kept.bytes >= kept.all)) return;
    for (; this.untold > 0; this.untold--) this.port.postMessage(null);
  }

  override _read(): void {
    this.wanted = true;
    this.pass();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.untaken.length = 0;
    this.count(-this.bytes);
    this.port.close();
    callback(error);
  }

  private pass(): void {
    while (this.wanted) {
      const chunk = this.untaken.shift();
      if (chunk === undefined) {
        if (!this.over) return;
        this.wanted = false;
        this.push(null);
        return;
      }
      this.count(-chunk.length);
      this.tell();
      // Set before the push, since the reader may ask for more during the push.
      this.wanted = false;
      if (this.push(chunk)) this.wanted = true;
    }
  }
}

/**
 * The chunks that a worker thread renders, as a stream. A slow reader does not hold up the thread, which others wait for,
 * as long as what is rendered can be kept here; one that goes ends the rendering.
 */
import { Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { endLoan, type Loan } from '../protocol/loan';
import type { Exposition } from './view';

const MIB = 1024 * 1024;

/** What waits for the readers of all streams. */
export class Kept {
  bytes = 0;

  /**
   * @param each when as many bytes wait for one reader, the worker waits for it too; a million series as text take less
   * than twice of the default
   * @param all the same for all readers, of whom none that takes what comes is held up by the others
   */
  constructor(
    readonly each = 64 * MIB,
    readonly all = 256 * MIB,
  ) {}
}

export class ChunkStream extends Readable implements Exposition {
  private readonly untaken: Uint8Array[] = [];
  private bytes = 0;
  /** Chunks whose taking the worker has not been told. */
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
      // What was on its way when the reader went.
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

  /** The worker may send as many more. */
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
      // Before the push, during which the reader may want more.
      this.wanted = false;
      if (this.push(chunk)) this.wanted = true;
    }
  }
}

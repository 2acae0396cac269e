/**
 * The chunks that a worker thread renders, as a stream. They are kept here for a slow reader, so that it does not hold up the
 * thread for other tasks, until a limit is reached. A reader that closes the stream ends the rendering.
 */
import { Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';
import { endLoan, type Loan } from '../protocol/loan';
import type { ExpositionStream } from './view';

const MIB = 1024 * 1024;

/** The bytes of all streams that wait for their readers, and the limits. One object for all streams. */
export class Backlog {
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

export class ChunkStream extends Readable implements ExpositionStream {
  private readonly waiting: Uint8Array[] = [];
  private bytes = 0;
  /** How many chunks have come that the worker has had no message about: it sends `CHUNKS_AHEAD` without one. */
  private unacknowledged = 0;
  private wanted = false;
  private over = false;

  /** @param port the other end of a `ChunkPort` */
  constructor(
    private readonly port: MessagePort,
    private readonly loan: Loan,
    private readonly backlog: Backlog,
  ) {
    super();
    port.on('message', (chunk: Uint8Array | null) => {
      // The chunk was on its way when the reader closed the stream.
      if (this.destroyed) return;
      if (chunk === null) this.over = true;
      else this.keep(chunk);
      this.pushChunks();
    });
  }

  release(): void {
    endLoan(this.loan);
  }

  private keep(chunk: Uint8Array): void {
    this.waiting.push(chunk);
    this.addBytes(chunk.length);
    this.unacknowledged++;
    this.acknowledge();
  }

  private addBytes(bytes: number): void {
    this.bytes += bytes;
    this.backlog.bytes += bytes;
  }

  /** Tells the worker that its chunks are taken, so that it may send as many more: unless too many bytes wait here. */
  private acknowledge(): void {
    const { bytes, backlog } = this;
    if (bytes > 0 && (bytes >= backlog.each || backlog.bytes >= backlog.all)) return;
    for (; this.unacknowledged > 0; this.unacknowledged--) this.port.postMessage(null);
  }

  override _read(): void {
    this.wanted = true;
    this.pushChunks();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.waiting.length = 0;
    this.addBytes(-this.bytes);
    this.port.close();
    callback(error);
  }

  private pushChunks(): void {
    while (this.wanted) {
      const chunk = this.waiting.shift();
      if (chunk === undefined) {
        if (!this.over) return;
        this.wanted = false;
        this.push(null);
        return;
      }
      this.addBytes(-chunk.length);
      this.acknowledge();
      // Set before the push, since the reader may ask for more during the push.
      this.wanted = false;
      if (this.push(chunk)) this.wanted = true;
    }
  }
}

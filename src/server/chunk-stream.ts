/**
 * The chunks that a worker thread renders, as a stream. A slow reader does not hold up the thread, which others wait for,
 * as long as what is rendered can be kept here; one that goes ends the rendering.
 */
import { Readable } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';

/** A million series as text take less than twice of it. */
const KEPT_BYTES = 64 * 1024 * 1024;

export class ChunkStream extends Readable {
  private readonly untaken: Uint8Array[] = [];
  private bytes = 0;
  /** Chunks whose taking the worker has not been told. */
  private untold = 0;
  private wanted = false;
  private over = false;

  /**
   * @param port the other end of a `ChunkPort`
   * @param keptBytes when as many wait for the reader, the worker waits too
   */
  constructor(
    private readonly port: MessagePort,
    private readonly keptBytes = KEPT_BYTES,
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

  private keep(chunk: Uint8Array): void {
    this.untaken.push(chunk);
    this.bytes += chunk.length;
    this.untold++;
    this.tell();
  }

  /** The worker may send as many more. */
  private tell(): void {
    if (this.bytes >= this.keptBytes) return;
    for (; this.untold > 0; this.untold--) this.port.postMessage(null);
  }

  override _read(): void {
    this.wanted = true;
    this.pass();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.untaken.length = 0;
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
      this.bytes -= chunk.length;
      this.tell();
      // Before the push, during which the reader may want more.
      this.wanted = false;
      if (this.push(chunk)) this.wanted = true;
    }
  }
}

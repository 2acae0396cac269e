/** One reader of a rendering, as a stream. */
import { Readable } from 'node:stream';
import type { ExpositionStream } from '../view';

export interface ReaderOptions {
  /** Whether its connection may be closed because it reads too slowly. */
  readonly mayBeDropped: boolean;
}

/** A reader gets this long before it counts as slow. */
const PATIENCE_MS = 1000;

/** What a reader reads. */
export interface Rendered {
  readonly chunks: readonly Uint8Array[];
  /** Whether all chunks are there. @throws Error if it has failed */
  readonly isComplete: boolean;
  /** Repeatable. */
  release(reader: Reader): void;
}

export class Reader extends Readable implements ExpositionStream {
  private next = 0;
  /** Bytes. */
  private taken = 0;
  private wanted = false;
  /** When there was something to read, on the clock of `performance`. */
  private since: number | undefined;

  constructor(
    private readonly rendering: Rendered,
    private readonly options: ReaderOptions,
  ) {
    super();
  }

  /** On the clock of `performance`; `Infinity` if it must not be dropped, or has had nothing to read yet. */
  get droppableAt(): number {
    return this.options.mayBeDropped && this.since !== undefined ? this.since + PATIENCE_MS : Infinity;
  }

  /** Bytes a second that it has taken so far. @param now on the clock of `performance` */
  rate(now: number): number {
    return (1000 * this.taken) / (now - (this.since ?? now) + 1);
  }

  release(): void {
    this.rendering.release(this);
  }

  /** Has its owner close the connection, which then releases it. */
  giveUp(): void {
    this.emit('dropped');
  }

  /** Passes on what it wants and has not got yet. Called again whenever there is more of it. */
  pass(): void {
    const { chunks } = this.rendering;
    if (chunks.length > 0) this.since ??= performance.now();
    while (this.wanted && !this.destroyed) {
      const chunk = chunks[this.next];
      if (chunk === undefined) {
        this.passEnd();
        return;
      }
      this.next++;
      this.taken += chunk.length;
      // Set before the push, since the reader may ask for more during the push.
      this.wanted = false;
      if (this.push(chunk)) this.wanted = true;
    }
  }

  override _read(): void {
    this.wanted = true;
    this.pass();
  }

  private passEnd(): void {
    try {
      if (!this.rendering.isComplete) return;
      this.wanted = false;
      this.push(null);
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}

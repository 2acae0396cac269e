/**
 * One exposition, from its first chunk until its last reader has left. It has as many readers as there are responses that show
 * the same thing. All chunks are kept until then, and none waits for a reader: a rendering ends whatever its readers do.
 */
import { Reader, type ReaderOptions, type Rendered } from './reader';

/** Where chunks go. */
export interface Sink {
  add(chunk: Uint8Array): void;
  /** Behind the last chunk. */
  complete(): void;
  fail(error: Error): void;
}

export class Rendering implements Sink, Rendered {
  readonly chunks: Uint8Array[] = [];
  /** Of all chunks. */
  bytes = 0;
  /** Resolves when it is complete, has failed, or is over. */
  readonly ended: Promise<void>;
  /** Resolves when its last reader has been released. It never gets one again. */
  readonly over: Promise<void>;
  private result: 'complete' | Error | undefined;
  private isLeft = false;
  private readonly readers = new Set<Reader>();
  private resolveEnded!: () => void;
  private resolveOver!: () => void;

  /** @param onChange called when there is more of it, or fewer readers */
  constructor(private readonly onChange: () => void) {
    this.ended = new Promise((resolve) => (this.resolveEnded = resolve));
    this.over = new Promise((resolve) => (this.resolveOver = resolve));
  }

  get isOver(): boolean {
    return this.isLeft;
  }

  get isComplete(): boolean {
    if (this.result instanceof Error) throw this.result;
    return this.result !== undefined;
  }

  add(chunk: Uint8Array): void {
    if (this.result !== undefined || this.isLeft) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    this.tell();
  }

  complete(): void {
    this.end('complete');
  }

  fail(error: Error): void {
    this.end(error);
  }

  /** A reader of all chunks. It has to be released. */
  read(options: ReaderOptions): Reader {
    const reader = new Reader(this, options);
    this.readers.add(reader);
    return reader;
  }

  release(reader: Reader): void {
    if (!this.readers.delete(reader)) return;
    if (this.readers.size === 0) {
      this.isLeft = true;
      this.chunks.length = 0;
      this.bytes = 0;
      this.resolveEnded();
      this.resolveOver();
    }
    this.onChange();
  }

  /** When all of its readers may be dropped, on the clock of `performance`; may be `Infinity`. */
  get droppableAt(): number {
    return Math.max(...Array.from(this.readers, (reader) => reader.droppableAt));
  }

  /** Bytes a second that its fastest reader takes. @param now on the clock of `performance` */
  rate(now: number): number {
    return Math.max(...Array.from(this.readers, (reader) => reader.rate(now)));
  }

  /** Ends the connections of its readers. */
  drop(): void {
    for (const reader of [...this.readers]) reader.giveUp();
  }

  private end(result: 'complete' | Error): void {
    if (this.result !== undefined || this.isLeft) return;
    this.result = result;
    this.resolveEnded();
    this.tell();
  }

  private tell(): void {
    for (const reader of [...this.readers]) reader.pass();
    this.onChange();
  }
}

/**
 * All expositions that are rendered or read. Responses that show the same thing share one rendering.
 *
 * ```
 * response ─┐
 * response ─┴─▶ rendering ◀── gzip ◀──┐
 * response ───▶ rendering ◀───────────┴── rendering ◀── chunks of a worker thread
 * ```
 *
 * A worker renders whatever readers do, and what is rendered and not read is bounded: the next rendering begins only when there
 * is room for it. Where there is none, the slowest readers lose their connections.
 */
import { messageOf } from '../../../core/values';
import { compress } from './gzip';
import type { Reader, ReaderOptions } from './reader';
import { Rendering, type Sink } from './rendering';

export interface RenderingLimits {
  /** How many are rendered at a time. */
  readonly atOnce: number;
  /** So many are held whatever their size, so that two scrapers of one server never stand in each other's way. */
  readonly min: number;
  /** No more than these are held. */
  readonly max: number;
  /** In bytes, of all that are held. The next rendering begins while they take less. */
  readonly bytes: number;
}

const LIMITS: RenderingLimits = { atOnce: 1, min: 2, max: 32, bytes: 128 * 1024 * 1024 };

/**
 * Begins a rendering.
 * @returns a function that ends the rendering if it has not ended, and the loan of its chunks
 */
export type Start = (sink: Sink) => Promise<() => void> | (() => void);

export interface Wanted {
  /** The same for all readers of the same thing. */
  readonly key: string;
  readonly gzip: boolean;
}

export class Renderings {
  private readonly limits: RenderingLimits;
  /** By key: those that a response may still join. */
  private readonly shared = new Map<string, Rendering>();
  /** Those that have begun and are not over, with their keys. */
  private readonly held = new Map<Rendering, string>();
  /** How many are being rendered by worker threads. */
  private rendered = 0;
  /** Ends when the last rendering that was asked for has begun. */
  private queue: Promise<unknown> = Promise.resolve();
  private wake: (() => void) | undefined;

  /** @param onDrop hears that readers lose their connections */
  constructor(
    private readonly onDrop: () => void,
    limits: Partial<RenderingLimits> = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
  }

  /** How many are held. */
  get count(): number {
    return this.held.size;
  }

  /** Of all that is held. */
  get bytes(): number {
    let bytes = 0;
    for (const rendering of this.held.keys()) bytes += rendering.bytes;
    return bytes;
  }

  /** A reader of that rendering, which is begun if there is none. It has to be released. */
  open({ key, gzip }: Wanted, start: Start): Reader {
    const plain = (options: ReaderOptions): Reader =>
      this.join(key, (rendering) => this.enqueue(key, rendering, start)).read(options);
    if (!gzip) return plain({ mayBeDropped: true });
    const compressedKey = `${key} gzip`;
    return this.join(compressedKey, (compressed) => {
      this.hold(compressedKey, compressed);
      void this.begin(compressed, (sink) => compress(plain({ mayBeDropped: false }), sink));
    }).read({ mayBeDropped: true });
  }

  /**
   * Closes the connections of the slowest readers: of those that share one rendering and have had a second or more to read.
   * @returns whether there are any
   */
  dropSlowest(): boolean {
    const now = performance.now();
    let slowest: Rendering | undefined;
    let least = Infinity;
    for (const rendering of this.held.keys()) {
      if (rendering.droppableAt > now) continue;
      const rate = rendering.rate(now);
      if (rate < least) [slowest, least] = [rendering, rate];
    }
    if (slowest === undefined) return false;
    this.onDrop();
    this.letGo(slowest);
    slowest.drop();
    return true;
  }

  private join(key: string, begin: (rendering: Rendering) => void): Rendering {
    let rendering = this.shared.get(key);
    if (rendering === undefined || rendering.isOver) {
      rendering = new Rendering(() => this.noteChange());
      this.shared.set(key, rendering);
      begin(rendering);
    }
    return rendering;
  }

  /** Begins it when it is its turn and there is room. */
  private enqueue(key: string, rendering: Rendering, start: Start): void {
    this.queue = this.queue.then(async () => {
      await this.roomFor(rendering);
      if (rendering.isOver) {
        this.unshare(key, rendering);
        return;
      }
      this.rendered++;
      void rendering.ended.then(() => {
        this.rendered--;
        this.noteChange();
      });
      this.hold(key, rendering);
      void this.begin(rendering, start);
    });
  }

  private async begin(rendering: Rendering, start: Start): Promise<void> {
    try {
      const stop = await start(rendering);
      await rendering.over;
      stop();
    } catch (error) {
      rendering.fail(error instanceof Error ? error : new Error(messageOf(error)));
    }
  }

  private hold(key: string, rendering: Rendering): void {
    this.held.set(rendering, key);
    void rendering.over.then(() => this.letGo(rendering));
  }

  /** No response joins it any more, and it does not count any more. Repeatable. */
  private letGo(rendering: Rendering): void {
    const key = this.held.get(rendering);
    if (key === undefined) return;
    this.held.delete(rendering);
    this.unshare(key, rendering);
    this.noteChange();
  }

  private unshare(key: string, rendering: Rendering): void {
    if (this.shared.get(key) === rendering) this.shared.delete(key);
  }

  private async roomFor(rendering: Rendering): Promise<void> {
    while (!rendering.isOver && !this.hasRoom()) {
      if (this.rendered >= this.limits.atOnce || !this.dropSlowest()) await this.change();
    }
  }

  private hasRoom(): boolean {
    const { atOnce, min, max, bytes } = this.limits;
    if (this.rendered >= atOnce) return false;
    return this.count < min || (this.count < max && this.bytes < bytes);
  }

  /** Resolves when one has ended or is over, and when the readers of one may be dropped. */
  private change(): Promise<void> {
    const next = Math.min(...Array.from(this.held.keys(), (rendering) => rendering.droppableAt)) - performance.now();
    return new Promise((resolve) => {
      const timer = Number.isFinite(next) ? setTimeout(resolve, Math.max(1, next)) : undefined;
      this.wake = (): void => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private noteChange(): void {
    this.wake?.();
  }
}

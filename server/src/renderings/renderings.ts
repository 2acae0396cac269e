/**
 * All expositions that are rendered or read. Responses that show the same thing share one rendering, and so do those that wait
 * for their turn and differ in the round only.
 *
 * ```
 * response ─┐
 * response ─┴─▶ rendering ◀── gzip ◀──┐
 * response ───▶ rendering ◀───────────┴── rendering ◀── chunks of a worker thread
 * ```
 *
 * A worker renders without waiting for readers, and what is rendered and not read is bounded (`limits.ts`): where there is no
 * room for the next rendering, the slowest readers lose their connections.
 */
import { messageOf } from '../../../core/values';
import { compress } from './gzip';
import { Held } from './held';
import { ExpectedBytes, LIMITS, type RenderingLimits } from './limits';
import type { Reader } from './reader';
import { Rendering } from './rendering';
import { Waiting, type Start, type WaitingRendering, type Wanted } from './waiting';

export class Renderings {
  private readonly limits: RenderingLimits;
  private readonly waiting = new Waiting();
  /** By key: those that have begun and that a response may still join. */
  private readonly shared = new Map<string, Rendering>();
  private readonly held = new Held();
  private readonly expected = new ExpectedBytes();
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
    return this.held.count;
  }

  /** Of all that is held. */
  get bytes(): number {
    return this.held.bytes;
  }

  /** A reader of that rendering, which is begun if there is none. It has to be released. */
  open(wanted: Wanted, start: Start): Reader {
    return this.find(wanted, start).read({ mayBeDropped: true });
  }

  /**
   * Closes the connections of the slowest readers: of those that share one rendering and have had a second or more to read.
   * @returns whether there are any
   */
  dropSlowest(): boolean {
    const slowest = this.held.slowest();
    if (slowest === undefined) return false;
    this.onDrop();
    this.letGo(slowest);
    slowest.drop();
    return true;
  }

  private find(wanted: Wanted, start: Start): Rendering {
    const plain = this.sharedOf(wanted.key);
    if (!wanted.gzip) return plain ?? this.wait(wanted, start).plain;
    const name = gzipOf(wanted.key);
    const known = this.sharedOf(name);
    if (known !== undefined) return known;
    if (plain !== undefined) {
      const compressed = this.compressed(plain);
      this.share(name, compressed);
      return compressed;
    }
    const waiting = this.wait(wanted, start);
    if (waiting.compressed?.isOver !== false) waiting.compressed = this.compressed(waiting.plain);
    return waiting.compressed;
  }

  private sharedOf(key: string): Rendering | undefined {
    const rendering = this.shared.get(key);
    return rendering?.isOver === false ? rendering : undefined;
  }

  private wait(wanted: Wanted, start: Start): WaitingRendering {
    return this.waiting.join(wanted, start, () => {
      const waiting = { plain: this.rendering(), compressed: undefined, wanted, start };
      this.queue = this.queue.then(() => this.takeTurn(waiting));
      return waiting;
    });
  }

  private rendering(): Rendering {
    return new Rendering(() => this.noteChange());
  }

  private compressed(plain: Rendering): Rendering {
    const compressed = this.rendering();
    void this.begin(compressed, (sink) => compress(plain.read({ mayBeDropped: false }), sink));
    return compressed;
  }

  /** Begins it when there is room. */
  private async takeTurn(waiting: WaitingRendering): Promise<void> {
    const { plain } = waiting;
    await this.roomFor(waiting);
    this.waiting.delete(waiting);
    if (plain.isOver) return;
    const { compressed, start, wanted } = waiting;
    this.rendered++;
    void plain.ended.then(() => {
      this.rendered--;
      if (!plain.isOver) this.expected.note(wanted.kind, plain.bytes);
      this.noteChange();
    });
    this.share(wanted.key, plain);
    if (compressed?.isOver === false) this.share(gzipOf(wanted.key), compressed);
    void this.begin(plain, start);
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

  /** From now on it counts, and responses may join it. */
  private share(key: string, rendering: Rendering): void {
    this.shared.set(key, rendering);
    this.held.add(rendering);
    void rendering.over.then(() => this.letGo(rendering));
  }

  /** No response joins it any more, and it does not count any more. Repeatable. */
  private letGo(rendering: Rendering): void {
    if (!this.held.delete(rendering)) return;
    for (const [key, shared] of this.shared) if (shared === rendering) this.shared.delete(key);
    this.noteChange();
  }

  private async roomFor({ plain, wanted }: WaitingRendering): Promise<void> {
    const { atOnce, burst } = this.limits;
    while (!plain.isOver) {
      if (this.rendered < atOnce) {
        if (this.hasRoom(wanted.kind, 1)) return;
        if (this.dropSlowest()) continue;
        if (this.hasRoom(wanted.kind, burst)) return;
      }
      await this.change();
    }
  }

  /** @param times how many times as much as the limits may be held */
  private hasRoom(kind: string, times: number): boolean {
    const { min, max, bytes } = this.limits;
    if (this.count < min) return true;
    return this.count < times * max && this.bytes + this.expected.of(kind) <= times * bytes;
  }

  /** Resolves when one has ended or is over, and when the readers of one may be dropped. */
  private change(): Promise<void> {
    const next = this.held.droppableAt - performance.now();
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

/** The key of the compressed form. */
function gzipOf(key: string): string {
  return `${key} gzip`;
}

/**
 * Keeps what was rendered of the snapshots that are asked for again and again. An entry is forgotten when it has not been
 * used for a while. Where all entries take more than a number of bytes, the least recently used ones are forgotten too, but
 * never those which the last exposition has used.
 *
 * Time counts, not the number of expositions: a scraper may ask for all instances at once, or for each in turn.
 */

export interface CachedRendering {
  /** Bytes of memory, about. */
  readonly held: number;
}

export interface CacheLimits {
  readonly idleMs: number;
  readonly bytes: number;
}

interface Entry {
  readonly rendering: CachedRendering;
  /** By the cache's clock, in milliseconds. */
  usedAt: number;
  /** Number of the exposition that has used it last. */
  exposition: number;
}

export class RenderingCache {
  /** The least recently used first. */
  private readonly entries = new Map<string, Entry>();
  private exposition = 0;

  constructor(
    private readonly limits: CacheLimits,
    private readonly now: () => number,
  ) {}

  /** The rendering of that key, made if there is none yet. */
  use<T extends CachedRendering>(key: string, make: () => T): T {
    const entry = this.entries.get(key) ?? { rendering: make(), usedAt: 0, exposition: 0 };
    entry.usedAt = this.now();
    entry.exposition = this.exposition;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.rendering as T;
  }

  /** Ends an exposition: forgets what is beyond the limits. */
  endExposition(): void {
    const oldest = this.now() - this.limits.idleMs;
    let bytes = 0;
    for (const { rendering } of this.entries.values()) bytes += rendering.held;
    for (const [key, { rendering, usedAt, exposition }] of this.entries) {
      if (exposition === this.exposition || (usedAt >= oldest && bytes <= this.limits.bytes)) continue;
      this.entries.delete(key);
      bytes -= rendering.held;
    }
    this.exposition++;
  }
}

/** The renderings that have begun and still have readers: how much that is, and which of them is read slowest. */
import type { Rendering } from './rendering';

export class Held {
  private readonly renderings = new Set<Rendering>();

  get count(): number {
    return this.renderings.size;
  }

  /** Of all that is held. */
  get bytes(): number {
    let bytes = 0;
    for (const rendering of this.renderings) bytes += rendering.bytes;
    return bytes;
  }

  /** When the readers of one may be dropped, on the clock of `performance`; may be `Infinity`. */
  get droppableAt(): number {
    return Math.min(...Array.from(this.renderings, (rendering) => rendering.droppableAt));
  }

  add(rendering: Rendering): void {
    this.renderings.add(rendering);
  }

  /** @returns whether it was held */
  delete(rendering: Rendering): boolean {
    return this.renderings.delete(rendering);
  }

  /** The slowest of those whose readers may be dropped. */
  slowest(): Rendering | undefined {
    const now = performance.now();
    let slowest: Rendering | undefined;
    let least = Infinity;
    for (const rendering of this.renderings) {
      if (rendering.droppableAt > now) continue;
      const rate = rendering.rate(now);
      if (rate < least) [slowest, least] = [rendering, rate];
    }
    return slowest;
  }
}

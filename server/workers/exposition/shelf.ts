/**
 * Keeps what was made of the parts that are asked for again and again. What has not been for a while is forgotten, and
 * beyond a number of bytes what has not been for longest; what the last rendering has used stays in any case.
 *
 * Not by counting renderings: a scraper may ask for all instances at once, or for each in turn.
 */

export interface Keepable {
  /** Bytes of memory, about. */
  readonly held: number;
}

export interface ShelfLimits {
  readonly idleMs: number;
  readonly bytes: number;
}

interface Place {
  readonly value: Keepable;
  usedAt: number;
  turn: number;
}

export class Shelf {
  /** The least recently used first. */
  private readonly places = new Map<string, Place>();
  private turn = 0;

  constructor(
    private readonly limits: ShelfLimits,
    private readonly now: () => number,
  ) {}

  /** Names what is on it, the least recently used first. */
  get keys(): readonly string[] {
    return [...this.places.keys()];
  }

  use<T extends Keepable>(key: string, make: () => T): T {
    const place = this.places.get(key) ?? { value: make(), usedAt: 0, turn: 0 };
    place.usedAt = this.now();
    place.turn = this.turn;
    this.places.delete(key);
    this.places.set(key, place);
    return place.value as T;
  }

  /** To be called when a rendering has ended. */
  tidy(): void {
    const oldest = this.now() - this.limits.idleMs;
    let bytes = 0;
    for (const { value } of this.places.values()) bytes += value.held;
    for (const [key, { value, usedAt, turn }] of this.places) {
      if (turn === this.turn || (usedAt >= oldest && bytes <= this.limits.bytes)) continue;
      this.places.delete(key);
      bytes -= value.held;
    }
    this.turn++;
  }
}

/**
 * Which series of a family are absent from the last snapshot, and since when: numbers by slot, since a `Map` of half a
 * million entries takes tens of milliseconds to fill and to walk through.
 */
const HEADROOM = 1.25;

export class Absences {
  /** How many series are absent. */
  count = 0;
  /** By slot: the first generation without the series, 0 for a series that is present. Empty where all are. */
  private since = new Uint32Array(0);

  has(slot: number): boolean {
    return this.sinceOf(slot) !== 0;
  }

  /** @returns the first generation without the series, 0 if it is present */
  sinceOf(slot: number): number {
    return slot < this.since.length ? (this.since[slot] as number) : 0;
  }

  /** Changes nothing for a series that is absent already. */
  add(slot: number, generation: number): void {
    if (this.has(slot)) return;
    this.reserve(slot + 1);
    this.since[slot] = generation;
    this.count++;
  }

  delete(slot: number): void {
    if (!this.has(slot)) return;
    this.since[slot] = 0;
    this.count--;
  }

  clear(): void {
    if (this.count === 0) return;
    this.since = new Uint32Array(0);
    this.count = 0;
  }

  /** Makes room for all slots below that one in one go, rather than for one after the other. */
  reserve(slots: number): void {
    if (slots <= this.since.length) return;
    const larger = new Uint32Array(slots * HEADROOM);
    larger.set(this.since);
    this.since = larger;
  }
}

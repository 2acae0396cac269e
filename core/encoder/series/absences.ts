/**
 * Which series of a family are missing in the last snapshot, and since when: numbers by slot, since a `Map` of half a
 * million of them takes tens of milliseconds to fill, and to look through.
 */
const HEADROOM = 1.25;

export class Absences {
  /** How many there are. */
  count = 0;
  /** By slot: the first generation that did not have the series, 0 for those that are there. Empty where all are. */
  private since = new Uint32Array(0);

  has(slot: number): boolean {
    return this.sinceOf(slot) !== 0;
  }

  /** @returns the first generation that did not have the series, 0 if it is there */
  sinceOf(slot: number): number {
    return slot < this.since.length ? (this.since[slot] as number) : 0;
  }

  /** Of a series that is missing already, nothing changes. */
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

  /** Makes room for the slots below that one, rather than for one after the other. */
  reserve(slots: number): void {
    if (slots <= this.since.length) return;
    const larger = new Uint32Array(slots * HEADROOM);
    larger.set(this.since);
    this.since = larger;
  }
}

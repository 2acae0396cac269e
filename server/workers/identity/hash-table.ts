/** Numbers by hash, in 24 to 48 bytes per entry: one per series may be a million. */

/** Hashes are whole numbers from 1 on, so that this is none. New memory is full of it. */
const FREE = 0;

export class HashTable {
  private hashes = new Float64Array(64);
  private values = new Int32Array(64);
  private count = 0;

  clear(): void {
    this.hashes = new Float64Array(64);
    this.values = new Int32Array(64);
    this.count = 0;
  }

  get(hash: number): number | undefined {
    const at = this.placeOf(hash);
    return this.hashes[at] === FREE ? undefined : this.values[at];
  }

  set(hash: number, value: number): void {
    const at = this.placeOf(hash);
    if (this.hashes[at] === FREE) this.count++;
    this.hashes[at] = hash;
    this.values[at] = value;
    if (2 * this.count > this.hashes.length) this.grow();
  }

  private placeOf(hash: number): number {
    const { hashes } = this;
    const mask = hashes.length - 1;
    let at = hash & mask;
    while (hashes[at] !== FREE && hashes[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  private grow(): void {
    const { hashes, values } = this;
    this.hashes = new Float64Array(2 * hashes.length);
    this.values = new Int32Array(2 * hashes.length);
    this.count = 0;
    hashes.forEach((hash, i) => {
      if (hash !== FREE) this.set(hash, values[i]!);
    });
  }
}

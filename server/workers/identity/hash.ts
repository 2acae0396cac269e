/** A hash of several texts, as a whole number from 1 up to 2^53. Texts with equal hashes have to be compared. */

export class Hasher {
  private low = 0;
  private high = 0;

  /** @param seed a former hash, for texts that continue others */
  start(seed: number): void {
    this.low = seed | 0;
    this.high = Math.trunc(seed / 2 ** 32) ^ 0x5bd1e995;
  }

  add(text: string): void {
    let { low, high } = this;
    const { length } = text;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      low = Math.imul(low ^ code, 0x01000193) + (high >>> 13);
      high = Math.imul(high ^ code, 0x2c1b3c6d) ^ (low >>> 11);
    }
    this.low = low;
    this.high = high;
    this.addNumber(length);
  }

  addNumber(value: number): void {
    this.low = Math.imul(this.low ^ value, 0x01000193) + (this.high >>> 13);
    this.high = Math.imul(this.high ^ Math.trunc(value / 2 ** 32) ^ value, 0x2c1b3c6d) ^ (this.low >>> 11);
  }

  get hash(): number {
    const low = this.low ^ Math.imul(this.high ^ (this.high >>> 15), 0x297a2d39);
    const high = this.high ^ Math.imul(low ^ (low >>> 16), 0x45d9f3b);
    return (high & 0x1fffff) * 2 ** 32 + (low >>> 0) + 1;
  }
}

const hasher = new Hasher();

export function hashOf(text: string): number {
  hasher.start(0);
  hasher.add(text);
  return hasher.hash;
}

/** A hash of a text, as a whole number below 2^53. Texts with equal hashes have to be compared. */

/** @param seed a former hash, for a text that continues another one */
export function hashOf(text: string, seed = 0): number {
  let low = seed | 0;
  let high = Math.trunc(seed / 2 ** 32) ^ 0x5bd1e995;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193) + (high >>> 13);
    high = Math.imul(high ^ code, 0x2c1b3c6d) ^ (low >>> 11);
  }
  low ^= Math.imul(high ^ (high >>> 15), 0x297a2d39);
  high ^= Math.imul(low ^ (low >>> 16), 0x45d9f3b);
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

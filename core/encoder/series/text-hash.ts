/** Hashes of texts as bytes, and their comparison. */

/** Unknown outside the process, so that texts of one hash cannot be made on purpose. */
let seedOfProcess: number | undefined;

function randomSeed(): number {
  return crypto.getRandomValues(new Int32Array(1))[0] as number;
}

/** MurmurHash3_x86_32, https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp. */
export function hashOf(bytes: DataView, from: number, end: number, seed = (seedOfProcess ??= randomSeed())): number {
  let hash = seed;
  let at = from;
  for (; at + 4 <= end; at += 4) {
    hash ^= scrambled(bytes.getInt32(at, true));
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let i = end - 1; i >= at; i--) rest = (rest << 8) | bytes.getUint8(i);
  hash ^= scrambled(rest) ^ (end - from);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

/** Whether the bytes of two texts, or of parts of them, are the same. */
export function isSameText(
  bytes: Uint8Array,
  start: number,
  behind: number,
  others: Uint8Array,
  from: number,
  end: number,
): boolean {
  if (end - from !== behind - start) return false;
  for (let i = start, other = from; i < behind; i++, other++) if (bytes[i] !== others[other]) return false;
  return true;
}

/** Notes which series no run has any more. */

/**
 * @param gone by serial number: the round since which no run has the series, 0 while one has
 * @param seen by serial number: not 0 where a run has the series now
 * @returns `gone` itself if nothing has changed
 */
export function markGone(gone: Int32Array, seen: Int32Array, round: number): Int32Array {
  let same = gone.length === seen.length;
  for (let i = 0; same && i < seen.length; i++) same = (gone[i] === 0) === (seen[i] !== 0);
  if (same) return gone;
  const next = new Int32Array(new SharedArrayBuffer(seen.length * Int32Array.BYTES_PER_ELEMENT));
  next.set(gone);
  for (let i = 0; i < seen.length; i++) {
    if (seen[i] !== 0) next[i] = 0;
    else if (next[i] === 0) next[i] = round;
  }
  return next;
}

/** Notes which series no run has any more, and decides which of them are dropped. */
import type { ClusterState } from '../../../protocol/tasks';

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

export interface Dropping {
  /** By serial number: 1 if the series is dropped. `undefined` if none is. */
  readonly drop: Uint8Array | undefined;
  /** Whether counters or histograms are dropped. */
  readonly losesSums: boolean;
}

/**
 * @param max how many counters and histograms are kept that no run has any more
 * @param isAdded whether a series is a counter or histogram; gauges that have gone have no numbers to keep
 */
export function planDropping(
  { gone }: Pick<ClusterState, 'gone'>,
  max: number,
  isAdded: (serial: number) => boolean,
): Dropping {
  const sums: number[] = [];
  const gauges: number[] = [];
  for (let serial = 0; serial < gone.length; serial++) {
    if (gone[serial] !== 0) (isAdded(serial) ? sums : gauges).push(serial);
  }
  // Some more than needed, so that pages are not written anew in each round.
  const dropped = sums.length <= max ? [] : longestGone(sums, gone).slice(0, sums.length - (max - (max >> 3)));
  if (gauges.length > max) dropped.push(...gauges);
  if (dropped.length === 0) return { drop: undefined, losesSums: false };
  const drop = new Uint8Array(gone.length);
  for (const serial of dropped) drop[serial] = 1;
  return { drop, losesSums: sums.length > max };
}

function longestGone(serials: readonly number[], gone: Int32Array): number[] {
  return serials.toSorted((a, b) => (gone[a] as number) - (gone[b] as number) || a - b);
}

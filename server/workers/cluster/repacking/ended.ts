/** Decides which of the series that no run has any more are dropped. */

/** A series that no run has any more, and the twin of it that is shown, which gets its numbers. */
export interface Fold {
  readonly from: number;
  readonly into: number;
}

/** Series that no run has any more, and are removed from the state. */
export interface Removal {
  /** By serial number: 1 if the series is removed. */
  readonly drop: Uint8Array;
  /** Those of them whose numbers stay in a twin. */
  readonly folds: readonly Fold[];
  /** Whether counters or histograms are lost. */
  readonly losesSums: boolean;
}

/** What is known of the series of an app. All functions take a serial number. */
export interface Endings {
  readonly gone: Int32Array;
  /** Whether it is a counter or a histogram; gauges that have gone have no numbers to keep. */
  readonly isAdded: (serial: number) => boolean;
  /** The series and all of its twins. */
  readonly twinsOf: (serial: number) => readonly number[];
  /** The twin that is shown. */
  readonly shownOf: (serial: number) => number;
  /** Whether a run that lives has numbers of it, which go on if the run has the series again. */
  readonly isHeld: (serial: number) => boolean;
}

/**
 * Twins that are not shown go first, since nothing is lost: their numbers move to the twin that is shown. After them, a series is
 * removed only with all of its twins: the sum of some of them would be lower.
 *
 * @param max how many counters and histograms are kept that no run has any more
 * @returns `undefined` if nothing is removed
 */
export function planRemoval({ gone, isAdded, twinsOf, shownOf, isHeld }: Endings, max: number): Removal | undefined {
  const sums: number[] = [];
  const gauges: number[] = [];
  for (let serial = 0; serial < gone.length; serial++) {
    if (gone[serial] !== 0) (isAdded(serial) ? sums : gauges).push(serial);
  }
  const removed = gauges.length > max ? gauges : [];
  const foldable: number[] = [];
  const ended: number[] = [];
  if (sums.length > max) {
    for (const serial of sums) {
      if (shownOf(serial) !== serial && !isHeld(serial)) foldable.push(serial);
      else if (twinsOf(serial).every((twin) => gone[twin] !== 0)) ended.push(serial);
    }
  }
  const count = foldable.length + ended.length;
  // Some more than needed, so that pages are not written anew in each round.
  const excess = count > max ? count - (max - (max >> 3)) : 0;
  const folded = longestGone(foldable, (serial) => gone[serial]!).slice(0, excess);
  const lastGone = (serial: number): number => Math.max(...twinsOf(serial).map((twin) => gone[twin]!));
  const lost = longestGone(ended, lastGone).slice(0, excess - folded.length);
  removed.push(...folded, ...lost.flatMap(twinsOf));
  if (removed.length === 0) return undefined;
  const drop = new Uint8Array(gone.length);
  for (const serial of removed) drop[serial] = 1;
  const folds = folded.map((from) => ({ from, into: shownOf(from) }));
  return { drop, folds, losesSums: lost.length > 0 };
}

function longestGone(serials: readonly number[], goneOf: (serial: number) => number): number[] {
  return serials.toSorted((a, b) => goneOf(a) - goneOf(b) || a - b);
}

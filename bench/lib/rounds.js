'use strict';

/** Measures several sides in turns, so that other load of the machine affects all of them alike. */

/**
 * @param {number} count the number of rounds that count; `warmUp` rounds before them are discarded
 * @param {Record<string, (round: number) => number | undefined | Promise<number | undefined>>} sides
 * @returns {Promise<Record<string, number[]>>} the numbers that each side returned, by round
 */
async function rounds(count, sides, { warmUp = 1 } = {}) {
  const names = Object.keys(sides);
  const taken = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUp; round < count; round++) {
    // Alternate the order, so that cold caches do not always affect the same side.
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) {
      const value = await sides[name](round);
      if (round >= 0) taken[name].push(value);
    }
  }
  return taken;
}

/**
 * All sides of a round share one collection. So the changes from one collection to the next are the same for every
 * side, and do not depend on the number of sides.
 * @param {() => T} collect
 * @returns {(round: number) => T}
 * @template T
 */
function perRound(collect) {
  let last = {};
  return (round) => {
    if (last.round !== round) last = { round, collected: collect() };
    return last.collected;
  };
}

/** @returns {{median: number, low: number, high: number}} the quartiles */
function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q) => {
    const index = q * (sorted.length - 1);
    const below = sorted[Math.floor(index)];
    return below + (sorted[Math.ceil(index)] - below) * (index - Math.floor(index));
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** The spread of the ratios round by round: both sides of a ratio were measured in the same round. */
function ratioOf(numerators, denominators) {
  return spread(numerators.map((one, i) => one / denominators[i]));
}

module.exports = { perRound, ratioOf, rounds, spread };

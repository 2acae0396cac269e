'use strict';

/** Measures several sides of one question in turns, so that what happens to the machine happens to all of them alike. */

/**
 * @param {number} count how many rounds count; one more is made before them and forgotten
 * @param {Record<string, (round: number) => number | undefined | Promise<number | undefined>>} sides
 * @returns {Promise<Record<string, number[]>>} what each side has answered, by round
 */
async function rounds(count, sides, { warmUp = 1 } = {}) {
  const names = Object.keys(sides);
  const taken = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmUp; round < count; round++) {
    // None of them is always the one that finds the caches cold.
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) {
      const value = await sides[name](round);
      if (round >= 0) taken[name].push(value);
    }
  }
  return taken;
}

/**
 * One collection for all sides of a round, so that what changes from one to the next is the same for each of them,
 * however many they are.
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
    const place = q * (sorted.length - 1);
    const below = sorted[Math.floor(place)];
    return below + (sorted[Math.ceil(place)] - below) * (place - Math.floor(place));
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** Of what the two have answered in the same rounds. */
function ratioOf(numerators, denominators) {
  return spread(numerators.map((one, i) => one / denominators[i]));
}

module.exports = { perRound, ratioOf, rounds, spread };

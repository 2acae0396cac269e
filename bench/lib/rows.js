'use strict';

/**
 * Rows of the result. If `goal` is `at least`, the ratio says how many times less, or more, ours is than the other
 * side. If it is `at most`, the ratio is ours as a multiple of the other side or of a bound. The numbers of both sides
 * are for orientation.
 */

const { ratioOf, spread } = require('./rounds');

/**
 * How many times less ours is, for times and bytes.
 * @param {object} row
 * @param {number[]} row.ours by round
 * @param {number[]} row.theirs by round
 * @param {number} [row.target] the ratio to reach; a row without one is for orientation
 */
function timesLess({ ours, theirs, target, ...rest }) {
  return finish({ ...rest, goal: 'at least', target }, ratioOf(theirs, ours), ours, theirs);
}

/** How many times more ours is, for rates. */
function timesMore({ ours, theirs, target, ...rest }) {
  return finish({ ...rest, goal: 'at least', target }, ratioOf(ours, theirs), ours, theirs);
}

/** Ours as a multiple of the other side. */
function atMost({ ours, theirs, target, ...rest }) {
  return finish({ ...rest, goal: 'at most', target }, ratioOf(ours, theirs), ours, theirs);
}

/** Ours as a multiple of a fixed bound. */
function within({ ours, bound, ...rest }) {
  const bounds = ours.map(() => bound);
  return finish({ ...rest, goal: 'at most', target: 1 }, ratioOf(ours, bounds), ours, bounds);
}

/** @throws {RangeError} if a ratio is not finite: JSON would silently turn it into `null` on the way to run.js */
function finish({ name, workload, variant, against, goal, target, unit, note }, ratio, ours, theirs) {
  if (!Object.values(ratio).every(Number.isFinite))
    throw new RangeError(`${name}: the ratio of ${ours} and ${theirs} is not finite`);
  const reached = goal === 'at least' ? ratio.median >= target : ratio.median <= target;
  return {
    name,
    workload,
    ...(variant !== undefined && { variant }),
    against,
    ratio: ratio.median,
    ratioLow: ratio.low,
    ratioHigh: ratio.high,
    goal,
    target: target ?? null,
    met: target === undefined ? null : reached,
    unit,
    ours: { ...spread(ours), rounds: ours.length },
    theirs: spread(theirs),
    ...(note !== undefined && { note }),
  };
}

module.exports = { atMost, timesLess, timesMore, within };

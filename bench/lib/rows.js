'use strict';

/**
 * Rows of the result: how many times less it takes than what it is measured against (`goal` `at least`), or how much of
 * what is allowed (`at most`). The numbers of both sides are there for orientation.
 */

const { ratioOf, spread } = require('./rounds');

/**
 * @param {object} row
 * @param {number[]} row.ours by round
 * @param {number[]} row.theirs by round
 * @param {number} [row.target] the ratio to reach; a row without one is for orientation
 */
function timesLess({ ours, theirs, target, ...rest }) {
  return finish({ ...rest, goal: 'at least', target }, ratioOf(theirs, ours), ours, theirs);
}

function timesMore({ ours, theirs, target, ...rest }) {
  return finish({ ...rest, goal: 'at least', target }, ratioOf(ours, theirs), ours, theirs);
}

/** How many times of the other side ours takes. */
function atMost({ ours, theirs, target, ...rest }) {
  return finish({ ...rest, goal: 'at most', target }, ratioOf(ours, theirs), ours, theirs);
}

/** Ours beside a fixed bound. */
function within({ ours, bound, ...rest }) {
  const bounds = ours.map(() => bound);
  return finish({ ...rest, goal: 'at most', target: 1 }, ratioOf(ours, bounds), ours, bounds);
}

/** A number that is none would reach the parent process as `null`. */
function finish({ name, workload, variant, against, goal, target, unit, note }, ratio, ours, theirs) {
  if (!Object.values(ratio).every(Number.isFinite)) throw new RangeError(`${name}: no ratio of ${ours} and ${theirs}`);
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

'use strict';

/** What processes collect: one always the same metrics, the other anything. */
const fc = require('fast-check');
const { sequencesOfAllKinds } = require('../../core/property/all-kinds');

const time = [1_795_000_000, 0];

/** One of each kind, whose names begin with `good_`. @param {number} round what has been counted goes up with it */
function goodCollection(round) {
  const count = round + 1;
  const points = (value) => ['a', 'b'].map((id) => ({ attributes: { id }, startTime: time, endTime: time, value }));
  const metric = (name, dataPointType, isMonotonic, value) => ({
    descriptor: { name: `good_${name}`, description: '', unit: '', type: '', valueType: 1 },
    aggregationTemporality: 1,
    dataPointType,
    ...(isMonotonic !== undefined && { isMonotonic }),
    dataPoints: points(value),
  });
  const side = { offset: -1, bucketCounts: [count, 0, count] };
  const buckets = { boundaries: [0.5, 2], counts: [count, 1, 2] };
  const metrics = [
    metric('counter', 3, true, count),
    metric('updown', 3, false, -count),
    metric('gauge', 2, undefined, count / 2),
    metric('summary', 4, undefined, { count, sum: 2 * count, quantiles: [0.5, 0.99], values: [1, 2] }),
    metric('explicit', 0, undefined, { buckets, count: count + 3, sum: 1.5 * count }),
    metric('exponential', 1, undefined, {
      ...{ count: 4 * count + 1, sum: 0, scale: 1, zeroCount: 1, positive: side, negative: side },
    }),
  ];
  return { resource: { attributes: { good: true } }, scopeMetrics: [{ scope: { name: 'good' }, metrics }] };
}

/** Five collections of a process in a row: several scopes, all kinds, series that come, go, and change their order. */
function anyCollections(random) {
  return fc.sample(sequencesOfAllKinds, { seed: random.below(2 ** 31), numRuns: 1 })[0];
}

module.exports = { anyCollections, goodCollection };

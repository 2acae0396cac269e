'use strict';

/**
 * Numbers that formats forbid: counters and counts that are NaN, negative or infinite, counts that are no whole numbers or
 * above 2^52, and histograms whose count is not that of their buckets. One instance as text has the bytes of OpenTelemetry's
 * serializer, which writes them as they are; everywhere else their series are left out.
 */
const { forEachSeries } = require('../../../core/series');

/** @returns the snapshot with numbers in place of those that a format forbids */
function tame(snapshot) {
  const values = new Float64Array(new SharedArrayBuffer(snapshot.values.byteLength));
  values.set(snapshot.values);
  for (const family of snapshot.scopes.flatMap(({ families }) => families)) {
    forEachSeries(family, ({ layout }, _index, at) => {
      if (layout.kind === 'scalar') {
        if (family.isMonotonic && !(values[at + 1] >= 0)) values[at + 1] = 0;
        return;
      }
      // Of a summary, text has all numbers.
      if (layout.kind === 'summary') return;
      const [first, end] =
        layout.kind === 'histogram' ? [5, 5 + layout.buckets] : [11, 11 + layout.positive + layout.negative];
      let count = 0;
      if (layout.kind === 'exponential') count += values[at + 6] = countOf(values[at + 6]);
      for (let i = first; i < end; i++) values[at + i] = countOf(values[at + i]);
      const [positive, negative] = [values[at + 8], values[at + 10]];
      for (let i = first; i < end; i++) {
        const isUsed =
          layout.kind === 'histogram' ||
          i - first < positive ||
          (i - first >= layout.positive && i - first < layout.positive + negative);
        if (isUsed) count += values[at + i];
      }
      values[at + 1] = count;
    });
  }
  return { ...snapshot, values };
}

function countOf(value) {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : 0;
}

module.exports = { tame };

'use strict';

/** The metrics of a workload in prom-client or @prometheus-io/client, which have the same interface. */

const { random } = require('./random');

/** Per histogram: about one per bucket, which gives numbers about as long as the workload's. */
const OBSERVATIONS = 12;

/**
 * @param {object} library the module, as `require` returns it
 * @param {{families: object[]}} workload the peer gets its metrics and series
 */
function createPeer(library, workload) {
  const register = new library.Registry();
  const next = random(7);
  const series = [];
  for (const { header, points } of workload.families) {
    const { name, description } = header.descriptor;
    const [first] = points;
    const common = { name, help: description || name, labelNames: labelsOf(points), registers: [register] };
    if (typeof first.value !== 'number') {
      const histogram = new library.Histogram({ ...common, buckets: first.value.buckets.boundaries });
      const record = (labels) => histogram.observe(labels, next() * 12);
      for (const { attributes } of points) {
        for (let i = 0; i < OBSERVATIONS; i++) record(attributes);
        series.push({ record, labels: attributes });
      }
    } else {
      const metric = header.isMonotonic ? new library.Counter(common) : new library.Gauge(common);
      const record = (labels) => metric.inc(labels, 1 + Math.floor(next() * 9));
      for (const { attributes, value } of points) {
        metric.inc(attributes, value);
        series.push({ record, labels: attributes });
      }
    }
  }
  const update = ({ record, labels }) => record(labels);
  return {
    register,
    /** Records one measurement in the series with this index. */
    touch: (index) => update(series[index % series.length]),
    change(variant) {
      if (variant === 'nothing') return;
      if (variant === 'everything') series.forEach(update);
      else
        for (let left = Math.ceil(series.length / 100); left > 0; left--)
          update(series[Math.floor(next() * series.length)]);
    },
  };
}

function labelsOf(points) {
  return [...new Set(points.flatMap(({ attributes }) => Object.keys(attributes)))];
}

/** The number of samples in a text: lines which are neither empty nor comments. */
function countSamples(text) {
  let samples = 0;
  for (let at = 0; at < text.length;) {
    if (text.charCodeAt(at) !== 0x23) samples++;
    const end = text.indexOf('\n', at);
    if (end < 0) break;
    at = end + 1;
    while (text.charCodeAt(at) === 0x0a) at++;
  }
  return samples;
}

module.exports = { countSamples, createPeer };

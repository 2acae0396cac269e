'use strict';

/** The same metrics in prom-client, or in @prometheus-io/client, which has the same interface. */

const { random } = require('./random');

/** One observation per bucket, about as many digits as the workload has. */
const OBSERVATIONS = 12;

/**
 * @param {object} library what `require` of it answers
 * @param {{families: object[]}} workload whose metrics and series it gets
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
    /** Counts something in one of the series. */
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

/** Lines of the text that are samples. */
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

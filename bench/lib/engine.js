'use strict';

/** The parts of the built package that are measured one by one. */

const path = require('node:path');

const dist = path.join(__dirname, '../../dist');
const part = (file) => require(path.join(dist, file));

const { SnapshotEncoder } = part('src/snapshot/encoder.js');
const { PageCache } = part('workers/pages.js');
const { PrometheusText } = part('workers/text/prometheus-text.js');

const MAX_SERIES = 2_000_000;

/** @returns an encoder, and a function that takes a collection and answers its snapshot */
function createEncoder() {
  const encoder = new SnapshotEncoder({ maxSeries: MAX_SERIES });
  const encode = async (data) => {
    const { snapshot, problems } = await encoder.encode({
      data,
      time: 1_700_000_000_000,
      intervalMs: 10_000,
      collectMs: 1,
    });
    if (problems.length > 0 || snapshot.stats.droppedSeries > 0) throw new Error(`Left out: ${problems.join('; ')}`);
    return snapshot;
  };
  return { encoder, encode };
}

function createText() {
  const pages = new PageCache();
  const text = new PrometheusText(pages);
  return {
    pages,
    text,
    /** The text in pieces, good until the next call. */
    chunks(snapshot) {
      pages.use(snapshot);
      return text.chunks(snapshot);
    },
  };
}

module.exports = { createEncoder, createText, part };

'use strict';

/** An instance whose answers the metrics server has decoded: it sends the pages once, as the protocol has it. */

const { createEncoder, part } = require('./engine');
const { createWorkload } = require('./workload');

const { encodeSnapshot } = part('core/wire/encode.js');
const { decode } = part('server/workers/decode.js');

const LIMITS = { maxBytes: 2 ** 30, maxSeries: 2_000_000, maxSamples: 100_000_000 };
/** More than a snapshot has. */
const PAGE_IDS = 10_000;

function createInstance(size, pmId) {
  const series = createWorkload(size, pmId + 1);
  const { encode } = createEncoder();
  const run = { app: 'shop', pmId, key: String(pmId) };
  let known = new Map();
  let firstPageId = 0;
  return {
    /** @returns the run and its snapshot, after so much of it has changed */
    async answer(variant) {
      const have = [...known.keys()].map((id) => [id, id]);
      const payload = encodeSnapshot(await encode(series.collect(variant)), have);
      firstPageId += PAGE_IDS;
      const decoded = decode({ kind: 'decode', payload, known, firstPageId, ...LIMITS });
      if (!decoded.ok) throw new Error(decoded.message);
      known = decoded.pages;
      return { run, snapshot: decoded.snapshot, isLeaving: false };
    },
  };
}

module.exports = { createInstance };

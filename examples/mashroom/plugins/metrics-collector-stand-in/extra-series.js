'use strict';

/** A number of counter series; one in a hundred counts each second. */

const { setImmediate: nextTurn, setInterval: ticks } = require('node:timers/promises');

const TICK_MS = 100;
const SERIES_PER_TURN = 200;
const REGIONS = ['north', 'east', 'south', 'west'];

/**
 * Resolves when all series are there, so that the first request for metrics sees them.
 *
 * @returns {Promise<() => void>} ends it
 */
async function addExtraSeries({ service }, count) {
  const stop = new AbortController();
  if (count > 0) {
    const counter = service.counter('shop_orders', 'Orders by customer');
    const countOne = (index) => counter.inc(1, labelsOf(index));
    // In small portions, which leave the event loop free.
    for (let i = 0; i < count; i++) {
      countOne(i);
      if (i % SERIES_PER_TURN === 0) await nextTurn();
    }
    keepCounting(countOne, count, stop.signal).catch(() => undefined);
  }
  return () => stop.abort();
}

function labelsOf(index) {
  return { customer: `c${String(index).padStart(7, '0')}`, region: REGIONS[index % REGIONS.length] };
}

async function keepCounting(countOne, count, signal) {
  const perTick = Math.ceil((count / 100) * (TICK_MS / 1000));
  let next = 0;
  for await (const _ of ticks(TICK_MS, undefined, { signal, ref: false })) {
    for (let i = 0; i < perTick; i++) countOne(next++ % count);
  }
}

module.exports = { addExtraSeries };

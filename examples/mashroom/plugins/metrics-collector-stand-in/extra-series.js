'use strict';

/** As many counter series as asked for, of which one in a hundred counts each second. */

const { setImmediate: nextTurn, setInterval: ticks } = require('node:timers/promises');

const TICK_MS = 100;
const SERIES_PER_TURN = 200;
const REGIONS = ['north', 'east', 'south', 'west'];

/** @returns {() => void} ends it */
function addExtraSeries({ service }, count) {
  const stop = new AbortController();
  if (count > 0) run(service, count, stop.signal).catch(() => undefined);
  return () => stop.abort();
}

/** In small portions: what this demonstrates is how little of the event loop an exporter needs. */
async function run(service, count, signal) {
  const counter = service.counter('shop_orders', 'Orders by customer');
  // The SDK keeps the attributes of a series' first sight, so there is nothing to gain by keeping ours.
  const countOne = (index) =>
    counter.inc(1, { customer: `c${String(index).padStart(7, '0')}`, region: REGIONS[index % 4] });
  for (let i = 0; i < count; i++) {
    countOne(i);
    if (i % SERIES_PER_TURN === 0) await nextTurn(undefined, { signal });
  }
  const perTick = Math.ceil((count / 100) * (TICK_MS / 1000));
  let next = 0;
  for await (const _ of ticks(TICK_MS, undefined, { signal, ref: false })) {
    for (let i = 0; i < perTick; i++) countOne(next++ % count);
  }
}

module.exports = { addExtraSeries };

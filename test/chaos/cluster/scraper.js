'use strict';

/** Scrapes /metrics/cluster all the time, and notes each number of a counter or histogram that falls. */
const { setTimeout: sleep } = require('node:timers/promises');

const PAUSE_MS = 30;
const COUNTERS = /^(shop_\w+_(?:total|count|bucket)(?:\{[^}]*\})?) (\S+)/gm;

/** @param {number} port */
function startScraper(port) {
  const scraper = { scrapes: 0, refused: 0, dips: [], stop };
  /** The last number of each series. */
  const shown = new Map();
  let isOver = false;
  const done = run();

  async function run() {
    while (!isOver) {
      try {
        note(await scrape(port, '/metrics/cluster'));
        scraper.scrapes++;
      } catch {
        scraper.refused++;
      }
      await sleep(PAUSE_MS);
    }
  }

  function note(text) {
    for (const [, series, number] of text.matchAll(COUNTERS)) {
      const before = shown.get(series) ?? 0;
      if (Number(number) < before) scraper.dips.push(`${series} fell from ${before} to ${number}`);
      shown.set(series, Number(number));
    }
  }

  function stop() {
    isOver = true;
    return done;
  }

  return scraper;
}

async function scrape(port, view) {
  const signal = AbortSignal.timeout(5000);
  const response = await fetch(`http://127.0.0.1:${port}${view}`, { headers: { connection: 'close' }, signal });
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return text;
}

/** The sum of the shop's orders in a text; 0 before the first one. */
function ordersIn(text) {
  return Number(/^shop_orders_total\{.*\} (\d+)$/m.exec(text)?.[1] ?? 0);
}

module.exports = { ordersIn, scrape, startScraper };

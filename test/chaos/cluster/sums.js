'use strict';

/**
 * The sums of a cluster while processes, the daemon and the metrics server come to harm, or others attack the server. No
 * number that was shown may fall. All orders are counted, but for the last ones of a process that was killed,
 * or that had no metrics server to tell at its end.
 */
const { setTimeout: sleep } = require('node:timers/promises');
const { startCluster, until } = require('./cluster');
const { ANY, HARM } = require('./harm');
const { startLoad } = require('./load');
const { ordersIn, scrape, startScraper } = require('./scraper');

/** Kinds of harm per try, each once. There are seven times as many. */
const EVENTS = 2;

/** @param note gets a row of a table: what was done, and what has come of it */
async function sums(random, note) {
  const cluster = await startCluster();
  const scraper = startScraper(cluster.metricsPort);
  const load = startLoad(cluster.shopPort);
  try {
    let before = await settled(cluster, 0, await cluster.ready());
    /** Orders without an answer, of all events: one may be counted long after its time. */
    let unclear = 0;
    const names = Object.keys(HARM);
    for (let i = 0; i < EVENTS; i++) {
      const [name] = names.splice(random.below(names.length), 1);
      const scrapes = scraper.scrapes;
      load.begin();
      await sleep(200 + random.below(400));
      const killed = await HARM[name](cluster, random);
      await cluster.ready();
      await sleep(random.below(300));
      const { answered, failed } = await load.end();
      const pids = await cluster.ready();
      const all = total(answered.values());
      const mayLose = killed === ANY ? [...answered.keys()].filter((pid) => !pids.includes(pid)) : killed;
      const most = total(mayLose.map((pid) => answered.get(pid) ?? 0));
      const now = await settled(cluster, before + all - most, pids).catch((error) => {
        throw scraper.dips.length > 0 ? dipped(name, scraper) : error;
      });
      const counted = now - before;
      unclear += failed;
      note({
        'what was done': name,
        times: 1,
        scrapes: scraper.scrapes - scrapes,
        dips: scraper.dips.length,
        orders: all,
        'that may be lost': most,
        'of these lost': Math.max(0, all - counted),
      });
      if (scraper.dips.length > 0) throw dipped(name, scraper);
      if (counted < all - most || counted > all + unclear) {
        const bounds = `${all} were answered, ${most} of them may be lost, ${unclear} so far were left without an answer`;
        throw new Error(`${name}: ${counted} orders were added to the sum: ${bounds}`);
      }
      before = now;
    }
  } finally {
    await Promise.all([scraper.stop(), load.end()]);
    await cluster.close();
  }
}

function dipped(name, { dips }) {
  return new Error(`${name}: ${dips[0]}, and ${dips.length - 1} more`);
}

/**
 * @param least what the sum has to reach
 * @param pids how many instances have to answer
 * @returns the sum when no order is under way: all that may not be lost is in it
 */
async function settled({ metricsPort }, least, pids) {
  let last;
  let same = 0;
  return await until(`sum of ${least} orders or more that stays`, async () => {
    const isSame = same;
    same = 0;
    const all = await scrape(metricsPort, '/metrics');
    const up = all.match(/^pm2_up\{pm2_app="shop".* 1$/gm) ?? [];
    const now = ordersIn(await scrape(metricsPort, '/metrics/cluster'));
    if (now === last && now >= least && up.length === pids.length) same = isSame + 1;
    last = now;
    // Several intervals of the exporters.
    return same >= 8 && { sum: now };
  }).then(({ sum }) => sum);
}

function total(numbers) {
  return [...numbers].reduce((sum, one) => sum + one, 0);
}

module.exports = { sums };

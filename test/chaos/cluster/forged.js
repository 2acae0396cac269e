'use strict';

/**
 * Messages to the metrics server in the names of the shop's instances, in every form, as any process of this PM2 can send
 * them: without the tokens. If one of them counted, the sum of the orders would be another one.
 */
require('ts-node/register/transpile-only');
const { SnapshotEncoder } = require('../../../core/encoder/encoder');
const { encodeSnapshot } = require('../../../core/wire/encode');
const { WIRE_VERSION } = require('../../../core/wire/format');

const MESSAGES = 300;
/** Forged counts: more than the shop counts in a try, and fewer. */
const ORDERS = [1_000_000, 0];
const BLOCKED_MS = 60_000;

/** One after the other, each when the daemon has passed on the one before: nothing piles up there. */
async function forge(cluster, random) {
  const [server] = await cluster.list('metrics');
  const shop = await cluster.list('shop');
  const collections = ORDERS.map(collectionOf);
  const bodies = await Promise.all(collections.map(compactOf));
  for (let left = MESSAGES; left > 0; left--) {
    const { pm_id: pmId, pid } = random.pick(shop);
    const compact = { ...random.pick(bodies), pid };
    const [topic, data] = random.pick([
      ['returnMetrics', compact],
      ['returnMetrics', random.pick(collections)],
      ['lastMetrics', compact],
      ['eventLoopBlocked', { v: WIRE_VERSION, pid, blockedMs: BLOCKED_MS, turns: false }],
    ]);
    const secrets = { token: random.pick(['guessed', '', undefined]), request: random.pick(['guessed', undefined]) };
    await cluster.send({ id: server.pm_id, topic, from: String(pmId), ...secrets, data });
  }
}

/** What an instance with that many orders collects. */
function collectionOf(value) {
  const now = [Math.floor(Date.now() / 1000), 0];
  const metric = {
    descriptor: { name: 'shop_orders', description: 'Orders.', unit: '', type: 'COUNTER', valueType: 1 },
    aggregationTemporality: 1,
    dataPointType: 3,
    isMonotonic: true,
    dataPoints: [{ attributes: { route: '/order' }, startTime: now, endTime: now, value }],
  };
  const scope = { name: 'shop', version: '1.2.3' };
  return { resource: { attributes: {} }, scopeMetrics: [{ scope, metrics: [metric] }] };
}

async function compactOf(data) {
  const encoder = new SnapshotEncoder({ maxSeries: 10 });
  const { snapshot } = await encoder.encode({ data, time: Date.now(), intervalMs: 1, collectMs: 0 });
  const { incarnation } = snapshot;
  // Above all generations of the shop.
  const generation = 2 ** 40;
  const payload = encodeSnapshot({ ...snapshot, generation }, []);
  return { v: WIRE_VERSION, form: 'snapshot', incarnation, generation, payload };
}

module.exports = { forge };

'use strict';

/** Answers requests in several ways and at several speeds, so that there is something to measure. */

const { setTimeout: sleep } = require('node:timers/promises');

/** The demo has one instance that is slower than the others, so that the dashboard marks it. */
const { DEMO_SLOW_INSTANCE } = process.env;
const SLOW_MS = 150;

module.exports = async function bootstrap() {
  return async (req, res) => {
    const [, resource, id] = req.path.split('/');
    if (DEMO_SLOW_INSTANCE !== undefined && DEMO_SLOW_INSTANCE === process.env.NODE_APP_INSTANCE) await sleep(SLOW_MS);
    if (resource === 'orders' && req.method === 'POST') {
      await sleep(5 + Math.random() * 40);
      res.status(201).json({ ordered: true });
    } else if (resource === 'items' && id) {
      res.json({ item: Number(id) });
    } else if (!resource) {
      res.json({ items: '/shop/items/1', orders: '/shop/orders' });
    } else {
      res.status(404).json({ error: 'not found' });
    }
  };
};

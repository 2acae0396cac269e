'use strict';

/**
 * What is done to the cluster amid orders and scrapes, by its name in the table. It returns the pids of the shop whose last
 * orders may be lost: those that were killed, or `ANY` where processes end while there is no metrics server or no daemon to
 * tell.
 */
const { setTimeout: sleep } = require('node:timers/promises');
const { stopReading } = require('./stalled');

const ANY = 'any';
const NONE = [];

const HARM = {
  async 'server killed'(cluster, random) {
    await cluster.kill('metrics', random);
    return NONE;
  },
  /** The last numbers of the instance are in the file only. */
  async 'instance and server killed'(cluster, random) {
    const killed = await cluster.kill('shop', random);
    await sleep(random.below(300));
    await cluster.kill('metrics', random);
    return killed;
  },
  async 'daemon killed'(cluster) {
    await cluster.killDaemon();
    return ANY;
  },
  async 'server killed amid a reload'(cluster, random) {
    const reload = cluster.command('reload', 'shop');
    await sleep(random.below(1500));
    await cluster.kill('metrics', random);
    await reload;
    return ANY;
  },
  async 'server stopped and started'(cluster, random) {
    await cluster.command('stop', 'metrics');
    const killed = await cluster.kill('shop', random);
    await cluster.command('start', 'metrics');
    return killed;
  },
  'instance killed': (cluster, random) => cluster.kill('shop', random),
  'shop reloaded': (cluster) => clean(cluster.command('reload', 'shop')),
  'shop restarted': (cluster) => clean(cluster.command('restart', 'shop')),
  'shop scaled': (cluster, random) => clean(cluster.scale(random.pick([2, 3, 4]))),
  async 'shop stopped and started'(cluster) {
    await cluster.command('stop', 'shop');
    return clean(cluster.command('start', 'shop'));
  },
  async 'shop deleted and started'(cluster) {
    await cluster.command('delete', 'shop');
    return clean(cluster.start('shop'));
  },
  'server reloaded': (cluster) => clean(cluster.command('reload', 'metrics')),
  'clients stop reading': (cluster, random) => clean(stopReading(cluster, random)),
  // It loads sources of the exporter.
  'messages forged': (cluster, random) => clean(require('./forged').forge(cluster, random)),
};

/** Processes that end by themselves lose nothing. */
async function clean(done) {
  await done;
  return NONE;
}

module.exports = { ANY, HARM };

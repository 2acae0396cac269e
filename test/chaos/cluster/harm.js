'use strict';

/** What is done to the cluster amid orders and scrapes, by its name in the table. */
const { setTimeout: sleep } = require('node:timers/promises');

const HARM = {
  'server killed': (cluster, random) => cluster.kill('metrics', random),
  /** What the instance had last is in the file only. */
  async 'instance and server killed'(cluster, random) {
    await cluster.kill('shop', random);
    await sleep(random.below(300));
    await cluster.kill('metrics', random);
  },
  'daemon killed': (cluster) => cluster.killDaemon(),
  async 'server killed amid a reload'(cluster, random) {
    const reload = cluster.command('reload', 'shop');
    await sleep(random.below(1500));
    await cluster.kill('metrics', random);
    await reload;
  },
  async 'server stopped and started'(cluster, random) {
    await cluster.command('stop', 'metrics');
    await cluster.kill('shop', random);
    await cluster.command('start', 'metrics');
  },
  'instance killed': (cluster, random) => cluster.kill('shop', random),
  'shop reloaded': (cluster) => cluster.command('reload', 'shop'),
  'shop restarted': (cluster) => cluster.command('restart', 'shop'),
  'shop scaled': (cluster, random) => cluster.scale(random.pick([2, 3, 4])),
  'server reloaded': (cluster) => cluster.command('reload', 'metrics'),
};

module.exports = { HARM };

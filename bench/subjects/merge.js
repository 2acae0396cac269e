'use strict';

/**
 * Merges the snapshots of 8 instances into the cluster view and renders it as text, in one thread. Compares with
 * AggregatorRegistry.aggregate and rendering in prom-client and @prometheus-io/client. Decoding the answers of the
 * instances is not measured on any side: ours starts with snapshots, theirs with objects parsed from JSON.
 */

const { busyMs } = require('../lib/clock');
const { createInstance } = require('../lib/decoded-instance');
const { Renderer, part } = require('../lib/engine');
const { createPeer } = require('../lib/peers');
const { rounds } = require('../lib/rounds');
const { timesLess } = require('../lib/rows');
const { createWorkload } = require('../lib/workload');

const { spareMemory } = part('server/protocol/state.js');
const { ClusterMerger } = part('server/workers/cluster/index.js');

const INSTANCES = 8;
const TARGETS = { 'prom-client': 30, '@prometheus-io/client': 15 };

/** @param {{peers: string[]}} options names of the packages to compare with; they must run on this Node.js */
module.exports = async function merge({ quick, workload, peers, emit }) {
  const plan = quick ? { tiny: 3 } : { small: 9, large: 5 };
  for (const [size, count] of Object.entries(plan)) {
    if (workload !== undefined && workload !== size) continue;
    await measure({ size, count, peers, emit });
  }
};

async function measure({ size, count, peers, emit }) {
  const instances = Array.from({ length: INSTANCES }, (_, pmId) => createInstance(size, pmId));
  const cluster = createCluster();
  const renderer = new Renderer();
  const timed = async (work) => {
    globalThis.gc();
    return busyMs(work);
  };
  const sides = {
    ours: async () => {
      const live = [];
      for (const instance of instances) live.push(await instance.answer('everything'));
      const ms = await timed(() => void renderer.render(cluster.merge(live)));
      check(live, cluster.part);
      return ms;
    },
  };
  for (const name of peers) {
    const library = require(name);
    const peer = createPeer(library, createWorkload(size));
    sides[name] = async () => {
      peer.change('everything');
      const json = JSON.stringify(await peer.register.getMetricsAsJSON());
      const answers = Array.from({ length: INSTANCES }, () => JSON.parse(json));
      return timed(() => library.AggregatorRegistry.aggregate(answers).metrics());
    };
  }
  const { ours, ...others } = await rounds(count, sides);
  for (const [against, theirs] of Object.entries(others)) {
    const target = size === 'large' ? { target: TARGETS[against] } : {};
    const row = { name: `merging ${INSTANCES} instances`, workload: size, variant: 'everything', unit: 'ms' };
    emit(timesLess({ ...row, against, ours, theirs, ...target }));
  }
}

function createCluster() {
  const merger = new ClusterMerger();
  const labels = { app: 'pm2_app', instance: 'pm_id' };
  let former;
  let state;
  return {
    part: undefined,
    merge(live) {
      const spare = former === undefined ? [] : spareMemory(former, state);
      const apps = [{ app: 'shop', state, live, silent: [], started: live.map(({ run }) => run.key), spare }];
      former = state;
      const result = merger.absorb({ kind: 'absorb', apps, rules: [], maxEndedSeries: 10_000, labels });
      [{ state }] = result.apps;
      [this.part] = result.snapshots;
      return this.part.snapshot;
    },
  };
}

/** Checks the merge: the cluster's total must be the sum of the totals of all instances. */
function check(live, part) {
  const expected = live.reduce((sum, { snapshot }) => sum + total(snapshot), 0);
  const actual = total(part.snapshot);
  if (actual !== expected)
    throw new Error(`merge: the cluster's total is ${actual}, but the instances sum up to ${expected}`);
}

/** The sum of counter values and histogram counts. They are whole numbers, so it does not depend on the order. */
function total({ scopes, values }) {
  let sum = 0;
  for (const { families } of scopes) {
    for (const { pages } of families) {
      for (const { page, base } of pages) {
        const stride = page.layout.kind === 'scalar' ? 2 : 5 + page.layout.buckets;
        for (let i = 0; i < page.size; i++) sum += values[base + i * stride + 1];
      }
    }
  }
  return sum;
}

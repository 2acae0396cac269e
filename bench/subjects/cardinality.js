'use strict';

/**
 * Counts the series of 8 instances and the values of their attributes, as /api/cardinality needs it: for the first time, when
 * each page is read, and again, as every five minutes. Beside it stands what a scrape of one of these instances renders.
 */

const { busyMs } = require('../lib/clock');
const { createInstance } = require('../lib/decoded-instance');
const { Renderer, part } = require('../lib/engine');
const { rounds } = require('../lib/rounds');
const { atMost } = require('../lib/rows');

const { CardinalityCounter } = part('server/workers/cardinality/count.js');

const INSTANCES = 8;

module.exports = async function cardinality({ quick, workload, emit }) {
  const plan = quick ? { tiny: 3 } : { small: 9, large: 5 };
  for (const [size, count] of Object.entries(plan)) {
    if (workload !== undefined && workload !== size) continue;
    await measure({ size, count, emit });
  }
};

async function measure({ size, count, emit }) {
  const instances = Array.from({ length: INSTANCES }, (_, pmId) => createInstance(size, pmId));
  const runs = [];
  for (const [pmId, instance] of instances.entries()) {
    runs.push({ pmId, snapshot: (await instance.answer('everything')).snapshot });
  }
  const task = { kind: 'cardinality', apps: [{ app: 'shop', runs }], maxNewPages: Infinity };
  const timed = async (work) => {
    globalThis.gc();
    return busyMs(work);
  };
  const renderer = new Renderer();
  const known = new CardinalityCounter();
  known.run(task);
  const { first, again, scrape } = await rounds(count, {
    first: () => timed(() => void check(new CardinalityCounter().run(task), runs)),
    again: () => timed(() => void check(known.run(task), runs)),
    scrape: async () => {
      const { snapshot } = await instances[0].answer('everything');
      return timed(() => void renderer.render(snapshot));
    },
  });
  const row = {
    name: `counting the series of ${INSTANCES} instances`,
    workload: size,
    against: 'rendering one of them',
    unit: 'ms',
    theirs: scrape,
  };
  emit(atMost({ ...row, variant: 'first', ours: first }));
  emit(atMost({ ...row, variant: 'again', ours: again }));
}

function check({ counts }, runs) {
  const expected = runs.reduce((sum, { snapshot }) => sum + snapshot.stats.series, 0);
  if (counts.series !== expected) throw new Error(`cardinality: ${counts.series} series, not ${expected}`);
}

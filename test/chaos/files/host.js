'use strict';

/** A host whose metrics server keeps its sums in a file. Worker tasks are done in this thread. */
const fs = require('node:fs');
const { TaskError } = require('../../../server/src/cluster-pool');
const { framesOf, FILE_HEAD } = require('../../../server/workers/cluster/state/frames');
const { openRecord } = require('../../../server/workers/cluster/state/read-record');
const work = require('../../../server/workers/worker');
const { counter, point, series } = require('../../core/encoder/collections');
const { Process, round } = require('../../../server/test/rounds-by-hand');
const { hostOf, ordersOf } = require('../../../server/test/summing-host');

const pool = {
  run(task) {
    const result = structuredClone(work(structuredClone(task)));
    if (!result.ok) throw new TaskError(result.code, result.message);
    return Promise.resolve(result);
  },
};

/** @param slackBytes how much the file has beyond what is needed until it is written anew */
function startHost(slackBytes) {
  const closers = [];
  const host = hostOf({ teardown: (close) => closers.push(close) }, pool);
  host.slackBytes = slackBytes;
  return { ...host, close: () => Promise.all(closers.map((close) => close())) };
}

/** Processes of some apps, which count orders. A process that is replaced begins at zero. */
class Apps {
  pids = 1000;
  counts = new Map();
  all = new Map();

  constructor(names) {
    for (const name of names) this.replace(name);
  }

  replace(app) {
    this.all.set(app, new Process(app, this.all.size, ++this.pids));
    this.counts.set(app, 0);
  }

  count(app, by) {
    this.counts.set(app, this.counts.get(app) + by);
  }

  /** What all of them answer in one round. */
  round(random) {
    const answers = [...this.all].map(([app, process]) => {
      const paths = series(1 + random.below(40)).map((one) => point(one, this.counts.get(app)));
      return process.answers(counter('orders', [point({}, this.counts.get(app))]), counter('paths', paths));
    });
    return round(...answers);
  }
}

/** The records of an intact file: where each begins and ends, and whose state it has. */
function recordsOf(file) {
  const fd = fs.openSync(file, 'r');
  try {
    return [...framesOf(fd, FILE_HEAD.length, fs.fstatSync(fd).size)].map(({ at, end, payload }) => {
      return { at, end, app: openRecord(payload).head.app };
    });
  } finally {
    fs.closeSync(fd);
  }
}

module.exports = { Apps, ordersOf, recordsOf, startHost };

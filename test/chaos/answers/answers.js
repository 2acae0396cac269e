'use strict';

/**
 * Answers that no exporter gives, beside those of a good process. Whatever the server accepts is rendered in every view and
 * format: strict parsers take all of it, and the good process's series are there as without its neighbour.
 */
require('ts-node/register/transpile-only');
const { ClusterMerger } = require('../../../server/workers/cluster');
const { Exposition } = require('../../../server/workers/exposition/exposition');
const { anyCollections, goodCollection } = require('./collections');
const { Process } = require('./process');
const { FORMATS, seriesOf } = require('./views');

const ROUNDS = 3;
/** Answers that a process gives until one is accepted. */
const ANSWERS = 5;
const LABELS = { app: 'pm2_app', namespace: 'pm2_namespace', instance: 'pm_id' };

/** @param note gets a row of a table: how many answers were given, and accepted */
async function answers(random, note) {
  const form = random.pick(['compact', 'compact', 'plain']);
  // A process that has the good one's names comes after it, and is another app: of two metrics with one name, their
  // order decides which is shown.
  const clashes = random.chance(0.3);
  const isFirst = !clashes && random.chance(0.5);
  const good = new Process(isFirst ? 'shop' : 'a', isFirst ? 1 : 0);
  const odd = new Process(clashes || random.chance(0.5) ? 'shop' : good.run.app, isFirst ? 0 : 1);
  const both = new Host();
  const alone = new Host();
  const collections = anyCollections(random);
  let [given, accepted] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const fine = await good.compact(goodCollection(round));
    let other;
    for (let left = ANSWERS; left > 0 && other === undefined; left--) {
      const data = collections[random.below(collections.length)];
      given++;
      other =
        form === 'compact' ? await odd.oddCompact(data, random, clashes) : await odd.oddPlain(data, random, clashes);
    }
    if (other === undefined) continue;
    accepted++;
    const live = [fine, other];
    if (isFirst) live.reverse();
    const expected = alone.show([fine], fine);
    const actual = both.show(live, fine);
    both.show(
      live,
      live.find((one) => one !== fine),
    );
    for (const [view, formats] of Object.entries(expected)) {
      for (const [f, series] of formats.entries()) same(actual[view][f], series, `${view} as ${FORMATS[f]}`);
    }
  }
  note({ form, answers: given, accepted });
  // Whatever was refused or accepted before, a good answer counts.
  if (form === 'plain') odd.known = new Process('shop', 1).known;
  // A process that has claimed to be another exporter is not heard as the former one any more: only as a new one.
  odd.startAnew();
  if ((await odd[form](goodCollection(ROUNDS))) === undefined) throw new Error('a good answer is refused');
}

/** What a metrics server keeps from round to round. */
class Host {
  exposition = new Exposition();
  merger = new ClusterMerger();
  states = new Map();

  /** @returns by view and format: the series. `instance` is that of `one` */
  show(live, one) {
    const all = live.map(({ run, snapshot }) => ({ snapshot, labels: labelsOf(run) }));
    const views = { all, cluster: this.merge(live), instance: [{ snapshot: one.snapshot, labels: [] }] };
    return Object.fromEntries(
      Object.entries(views).map(([view, snapshots]) => [view, seriesOf(this.exposition, view, snapshots)]),
    );
  }

  merge(live) {
    const names = [...new Set(live.map(({ run }) => run.app))].sort();
    const apps = names.map((app) => {
      const own = live.filter(({ run }) => run.app === app);
      return {
        app,
        state: this.states.get(app),
        live: own,
        silent: [],
        started: own.map(({ run }) => run.key),
        spare: [],
      };
    });
    const task = { kind: 'absorb', apps, rules: [], maxEndedSeries: 100, labels: LABELS };
    // As between threads.
    const merged = structuredClone(this.merger.absorb(structuredClone(task)));
    for (const { app, state } of merged.apps) this.states.set(app, state);
    return merged.snapshots;
  }
}

function labelsOf({ app, pmId }) {
  return [
    ['pm2_app', app],
    ['pm_id', String(pmId)],
  ];
}

/** Series of the good process are those whose names say so: `target_info` of an app is what all its processes have. */
function same(actual, expected, what) {
  for (const [key, value] of expected) {
    if (!key.startsWith('["good_') || actual.get(key) === value) continue;
    throw new Error(`${what}: ${key} is ${actual.get(key) ?? 'missing'}, not ${value}`);
  }
}

module.exports = { answers };

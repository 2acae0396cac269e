'use strict';

/**
 * A state file comes to harm while no server runs. The next one uses what is complete, says what is not, keeps it under
 * another name, and goes on. Apps none of whose records have come to harm have their exact sums.
 */
require('ts-node/register/transpile-only');
const fs = require('node:fs');
const path = require('node:path');
const { setImmediate: nextTurn } = require('node:timers/promises');
const { CHANGES, OTHER_VERSIONS, THINGS } = require('./harm');
const { Apps, ordersOf, recordsOf, startHost } = require('./host');

const NAMES = ['api', 'jobs', 'shop'];
/** A flipped bit of the version makes a file of another version. */
const OTHER_HEAD = /^pm2-metrics-state (?!2\n)\d+\n/;
/** What is expected of a file of which nothing can be used. */
const NOTHING = { intact: [], isKept: true, isTold: true };

/** @param note gets a row of a table: what has become of the file, and of how many apps the sums were there again */
async function files(random, note) {
  const host = startHost(random.pick([500, 1e9]));
  try {
    const apps = new Apps(NAMES);
    const history = await live(host, apps, random);
    const kind = random.pick([...Array.from({ length: 6 }, () => 'change'), 'thing', 'thing', 'version']);
    const what =
      kind === 'version' ? 'another version' : random.pick(Object.keys(kind === 'change' ? CHANGES : THINGS));
    const expected = { change, thing, version }[kind](host.file, what, random, history);
    const before = expected.bytes ?? identityOf(host.file);
    for (const name of NAMES) apps.replace(name);
    const sums = host.serve();
    const restored = ordersOf(await sums.absorb(await apps.round(random)));
    check(restored, expected, history, host.told);
    if (expected.isLeftAlone) same(identityOf(host.file), before, 'what is left alone');
    else await goesOn(host, sums, apps, restored, random);
    await settled(sums);
    const names = fs.readdirSync(path.dirname(host.file)).filter((name) => name !== 'state');
    const isKept = expected.isKept && !(expected.seemsCut && / is incomplete /.test(host.told[0]));
    same(names.join(), isKept ? 'state.unreadable-1' : '', 'other files');
    if (isKept && !fs.readFileSync(`${host.file}.unreadable-1`).equals(before)) {
      throw new Error('what is kept under another name is not what was there');
    }
    note({ 'what has become of it': what, times: 1, apps: NAMES.length, intact: expected.intact.length });
  } finally {
    await host.close();
  }
}

/** @returns by app: the sums that were shown, the last one last */
async function live(host, apps, random) {
  const history = new Map(NAMES.map((name) => [name, []]));
  let sums = host.serve();
  for (let left = 3 + random.below(8); left > 0; left--) {
    const name = random.pick(NAMES);
    if (random.chance(0.2)) apps.replace(name);
    else apps.count(name, 1 + random.below(100));
    if (random.chance(0.1)) {
      await settled(sums);
      sums = host.serve();
    }
    const shown = ordersOf(await sums.absorb(await apps.round(random)));
    for (const one of NAMES) history.get(one).push(shown[one]);
  }
  await settled(sums);
  return history;
}

/** Until nothing is under way, a rewriting of the file included. */
async function settled(sums) {
  for (let turn = 0; turn < 3; turn++) {
    await nextTurn();
    await sums.settled();
  }
}

function change(file, what, random, history) {
  const bytes = fs.readFileSync(file);
  const records = recordsOf(file);
  const changed = CHANGES[what](bytes, random);
  fs.writeFileSync(file, changed.bytes);
  if (OTHER_HEAD.test(changed.bytes.toString('latin1'))) return { ...NOTHING, bytes: changed.bytes };
  const [from, to] = changed.bytes.equals(bytes) ? [0, 0] : changed.lost;
  const touched = records.filter(({ at, end }) => at < to && end > from);
  const lost = new Set(touched.map(({ app }) => app));
  const intact = NAMES.filter((name) => !lost.has(name));
  // Each round adds a record of each app. Where the file was written anew, it has fewer.
  const isAll = records.length === NAMES.length * history.get(NAMES[0]).length;
  const completeOf = (name) => records.filter(({ app }) => app === name).findIndex((one) => touched.includes(one));
  const sums = isAll
    ? new Map([...lost].map((name) => [name, history.get(name)[completeOf(name) - 1] ?? 0]))
    : new Map();
  // The server takes a file that was cut for one of a server that was killed: it misses nothing.
  const isCut = bytes.subarray(0, changed.bytes.length).equals(changed.bytes);
  // A last record that has lost bytes may look like such a cut.
  const seemsCut = !isCut && changed.bytes.length < bytes.length && records.every(({ at }) => at < to);
  const isTold = !isCut || touched.some(({ at }) => at < from);
  return { bytes: changed.bytes, intact, sums, isKept: !isCut, seemsCut, isTold };
}

function thing(file, what, random) {
  fs.rmSync(file);
  THINGS[what](file, random);
  return { intact: [], isLeftAlone: true, isTold: true };
}

function version(file, _what, random) {
  const bytes = Buffer.from(random.pick(OTHER_VERSIONS));
  fs.writeFileSync(file, bytes);
  return { ...NOTHING, bytes };
}

function check(restored, { intact, sums, isTold }, history, told) {
  for (const [name, shown] of history) {
    const sum = restored[name];
    if (intact.includes(name)) same(sum, shown.at(-1), `sum of ${name}, which is intact`);
    else if (sums?.has(name)) same(sum, sums.get(name), `sum of ${name} up to the record that is lost`);
    else if (sum !== 0 && !shown.includes(sum))
      throw new Error(`${name} has ${sum}, which was never shown: ${shown.join()}`);
  }
  same(told.length > 0, isTold, 'whether it is told');
}

/** The next rounds are kept too. */
async function goesOn(host, sums, apps, restored, random) {
  for (const name of NAMES) apps.count(name, 7);
  await sums.absorb(await apps.round(random));
  const told = host.told.length;
  for (const name of NAMES) apps.replace(name);
  await settled(sums);
  const next = host.serve();
  const again = ordersOf(await next.absorb(await apps.round(random)));
  await settled(next);
  for (const name of NAMES) same(again[name], restored[name] + 7, `sum of ${name} afterwards`);
  same(host.told.slice(told).join(), '', 'what is told afterwards');
}

/** Differs if another thing takes the place of this one. */
function identityOf(file) {
  const { ino, mode, size, mtimeMs } = fs.lstatSync(file);
  return [ino, mode, size, mtimeMs].join();
}

function same(actual, expected, what) {
  if (actual !== expected) throw new Error(`${what}: ${actual}, not ${expected}`);
}

module.exports = { files };

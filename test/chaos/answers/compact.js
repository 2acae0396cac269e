'use strict';

/** Answers in the compact form that no exporter gives: of changed snapshots, headers and bytes. */
const { deflateRawSync, inflateRawSync } = require('node:zlib');
const { packExemplars } = require('../../../core/exemplars');
const { AGGREGATORS } = require('../../../core/otel');
const { encodeSnapshot } = require('../../../core/wire/encode');
const { deflated, inflated } = require('../../core/wire/payloads');
const { ATTRIBUTES, NAMES, NAMES_OF_GOOD, NUMBERS, VALUES } = require('./odd');

/** Changes of a snapshot. Each returns another one. */
const OF_SNAPSHOTS = {
  numbers(snapshot, random) {
    const values = snapshot.values.slice();
    for (let left = 1 + random.below(8); left > 0; left--) values[random.below(values.length)] = random.pick(NUMBERS);
    return { ...snapshot, values };
  },
  attributes: (snapshot, random) =>
    onPages(snapshot, random, (page) => {
      const lines = Buffer.from(page.attributes).toString().split('\n').slice(0, -1);
      const texts = lines.map((line) => (random.chance(0.5) ? line : random.pick([...lines, ...ATTRIBUTES])));
      return { ...page, attributes: Buffer.from(texts.map((line) => `${line}\n`).join('')) };
    }),
  layouts: (snapshot, random) =>
    onPages(snapshot, random, (page) => {
      const { bounds, quantiles } = page.layout;
      const changed = (all) => all.map((one) => (random.chance(0.5) ? one : random.pick([...all, ...NUMBERS])));
      const odd = { ...(bounds && { bounds: changed(bounds) }), ...(quantiles && { quantiles: changed(quantiles) }) };
      return { ...page, layout: { ...page.layout, ...odd } };
    }),
  names: (snapshot, random, { clashes }) =>
    onFamilies(snapshot, random, (family) => {
      const names = clashes ? [...NAMES, ...NAMES_OF_GOOD] : NAMES;
      const odd = { name: random.pick(names), unit: random.pick(['', 's', 'By', '%', ...NAMES]) };
      if (random.chance(0.3)) odd.naming = random.pick(['prometheus', undefined]);
      return [{ ...family, descriptor: { ...family.descriptor, ...odd } }];
    }),
  kinds: (snapshot, random) =>
    onFamilies(snapshot, random, (family) => {
      const dataPointType = [2, 3].includes(family.dataPointType) ? random.pick([2, 3]) : family.dataPointType;
      return [{ ...family, dataPointType, isMonotonic: random.pick([true, false, undefined]) }];
    }),
  rules: (snapshot, random) =>
    onFamilies(snapshot, random, (family) => [{ ...family, aggregator: random.pick([...AGGREGATORS, undefined]) }]),
  exemplars: (snapshot, random) =>
    onFamilies(snapshot, random, (family) => {
      const labels = () => JSON.stringify({ [random.pick(NAMES)]: 'x'.repeat(random.pick([0, 1, 100, 200])) });
      const exemplars = Array.from({ length: 1 + random.below(3) }, () => ({
        slot: random.pick([0, 1, 2, 1024, 2 ** 32, -1]),
        bucket: random.pick([0, 1, 2, 9]),
        value: random.pick([0, 1, ...NUMBERS]),
        time: random.pick([1, 1.5, ...NUMBERS]),
        attributes: labels(),
      }));
      return [{ ...family, exemplars: packExemplars(exemplars) }];
    }),
  repeats: (snapshot, random) =>
    onFamilies(snapshot, random, (family) => {
      const pages = random.chance(0.5) ? [...family.pages, ...family.pages] : family.pages;
      // With pages of its own, under other ids.
      const other = family.pages.map(({ page, base }) => ({ page: { ...page, id: page.id + 1000 }, base }));
      return [{ ...family, pages }, ...(random.chance(0.5) ? [{ ...family, pages: other }] : [])];
    }),
  orders: (snapshot, random) =>
    onFamilies(snapshot, random, (family) => {
      const slots = family.pages.flatMap(({ page }, p) => Array.from({ length: page.size }, (_, i) => (p << 10) | i));
      const order = slots.filter(() => random.chance(0.7)).sort(() => random.next() - 0.5);
      if (random.chance(0.2)) order.push(random.pick([0, -1, 1023, 1024, 2 ** 31 - 1]));
      return [{ ...family, order: Int32Array.from(order) }];
    }),
  scopes: (snapshot) => ({ ...snapshot, scopes: [...snapshot.scopes, ...snapshot.scopes.map(copyOf)] }),
};

/** Changes of the bytes of an answer. */
const OF_PAYLOADS = {
  deflated: (payload, random) => changedBytes(Buffer.from(payload, 'base64'), random).toString('base64'),
  inflated: (payload, random) =>
    deflateRawSync(changedBytes(inflateRawSync(Buffer.from(payload, 'base64')), random)).toString('base64'),
  header(payload, random) {
    const { header, rest } = inflated(payload);
    let changed = header;
    for (let left = 1 + random.below(3); left > 0; left--) {
      changed = replaced(changed, random.pick(placesIn(changed)), random.pick(VALUES));
    }
    return deflated(changed, rest);
  },
};

/**
 * @param snapshot what a process has collected
 * @param have ranges of the ids of the pages that the server has
 * @param clashes whether its metrics may have the names of another process's
 */
function oddPayload(snapshot, have, random, clashes) {
  let changed = snapshot;
  for (let left = random.below(4); left > 0; left--) {
    changed = random.pick(Object.values(OF_SNAPSHOTS))(changed, random, { clashes });
  }
  // Pages that the server has are sent again, with what they have become.
  const payload = encodeSnapshot(changed, random.chance(0.5) ? have : []);
  return random.chance(0.5) ? random.pick(Object.values(OF_PAYLOADS))(payload, random) : payload;
}

function changedBytes(bytes, random) {
  const copy = Buffer.from(bytes);
  for (let left = 1 + random.below(4); left > 0; left--) {
    copy[random.below(copy.length)] = random.chance(0.5) ? random.below(256) : random.pick([0, 0x0a, 0x7f, 0xff]);
  }
  const at = random.below(copy.length);
  if (random.chance(0.1)) return copy.subarray(0, at);
  if (random.chance(0.1)) return Buffer.concat([copy.subarray(0, at), copy]);
  return copy;
}

function onFamilies(snapshot, random, change) {
  const some = (family) => (random.chance(0.5) ? change(family) : [family]);
  const scopes = snapshot.scopes.map(({ scope, families }) => ({ scope, families: families.flatMap(some) }));
  return { ...snapshot, scopes };
}

function onPages(snapshot, random, change) {
  const some = ({ page, base }) => ({ page: random.chance(0.5) ? change(page) : page, base });
  return onFamilies(snapshot, random, (family) => [{ ...family, pages: family.pages.map(some) }]);
}

/** The same scope with pages of its own. */
function copyOf({ scope, families }) {
  const own = ({ page, base }) => ({ page: { ...page, id: page.id + 2000 }, base });
  return { scope, families: families.map((family) => ({ ...family, pages: family.pages.map(own) })) };
}

/** Every place in a JSON value, as the keys that lead there. */
function placesIn(value, path = []) {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.keys(value).flatMap((key) => placesIn(value[key], [...path, key]))];
}

/** The new value may be a copy of that of another place: then an entry is there twice. */
function replaced(value, [key, ...rest], odd) {
  if (key === undefined) return odd;
  if (typeof value !== 'object' || value === null) return value;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = replaced(copy[key], rest, odd);
  return copy;
}

module.exports = { oddPayload, placesIn, replaced };

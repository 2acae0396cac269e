/** Collecting changes, wraps and adds nothing: each object that an app's registry leads to is what it was. */
import test from 'ava';
import { promClientSource } from '../../src/prom-client';
import { isStore } from '../../src/prom-client/kinds/shapes';
import { NAMES, load } from './libraries';

/** Not walked through: they are of the language, not of the app. */
const INTRINSICS = [Object, Function, Array, Map, Set, Promise].map(({ prototype }) => prototype as unknown);
/** A summary's estimator, which compresses its measurements when its quantiles are asked for, by the library too. */
const ESTIMATOR = 'td';

/** What stands where, by path: properties of any kind, prototypes, and what maps and the libraries' stores hold. */
function pictureOf(root: object): Map<string, unknown> {
  const picture = new Map<string, unknown>();
  const seen = new Set(INTRINSICS);
  const look = (value: unknown, path: string): void => {
    picture.set(path, value);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value)) return;
    seen.add(value);
    look(Object.getPrototypeOf(value), `${path} prototype`);
    picture.set(`${path} extensible`, Object.isExtensible(value));
    const descriptors: Readonly<Record<string, PropertyDescriptor>> = Object.getOwnPropertyDescriptors(value);
    for (const [key, descriptor] of Object.entries(descriptors)) {
      const { get, set, ...flags } = descriptor;
      const own: unknown = descriptor.value;
      delete flags.value;
      picture.set(`${path}.${key} flags`, JSON.stringify(flags));
      if (key === ESTIMATOR) picture.set(`${path}.${key}`, own);
      else [own, get, set].forEach((part, i) => look(part, `${path}.${key} ${i}`));
    }
    picture.set(`${path} symbols`, Object.getOwnPropertySymbols(value).length);
    entriesOf(value).forEach((entry, i) => look(entry, `${path}[${i}]`));
  };
  look(root, 'registry');
  return picture;
}

function entriesOf(value: object): unknown[] {
  try {
    return isStore(value) ? [...{ [Symbol.iterator]: () => value.values() }] : [];
  } catch {
    // A prototype, whose getters need an instance.
    return [];
  }
}

for (const name of NAMES) {
  test(`${name}: registry, metrics and series are the same objects with the same properties after collections`, async (t) => {
    const { Registry, Counter, Gauge, Histogram, Summary } = load(name);
    const registry = new Registry();
    registry.setDefaultLabels({ host: 'a' });
    const names = ['counter', 'gauge', 'histogram', 'summary'];
    const common = { help: 'h', registers: [registry], labelNames: ['a'], collect: () => undefined };
    const metrics = [Counter, Gauge, Histogram, Summary].map(
      (Class, i) => new Class({ ...common, name: names[i] as string }),
    );
    const record = (a: string): void => {
      for (const [i, metric] of metrics.entries()) {
        if (i < 2) metric.inc({ a }, 2);
        else metric.observe({ a }, 2);
      }
    };
    ['x', 'y'].forEach(record);
    const before = pictureOf(registry);
    // The walk has reached each series.
    for (const metric of names) t.true([...before.values()].includes(metric), metric);
    t.true([...before.values()].filter((value) => value === 'y').length >= metrics.length);

    const source = promClientSource(registry);
    for (let i = 0; i < 3; i++) await source.collect(source.provider());
    source.collectNow!(source.provider());
    source.release?.();

    const after = pictureOf(registry);
    t.deepEqual([...after.keys()], [...before.keys()]);
    for (const [path, value] of before) t.true(Object.is(after.get(path), value), path);
    // This comparison notices what is recorded afterwards.
    record('z');
    t.true(pictureOf(registry).size > before.size);
  });
}

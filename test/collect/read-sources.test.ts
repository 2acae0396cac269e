import test from 'ava';
import { readSources } from '../../src/collect/sources/read-sources';

const collect = () => undefined;
const object = { provider: () => collect, collect: (provider: object) => provider };
const unreadable = (...names: readonly string[]) => {
  const get = (): never => {
    throw new Error('of no interest');
  };
  return Object.defineProperties({}, Object.fromEntries(names.map((name) => [name, { enumerable: true, get }])));
};

test('collect comes first, and each source has a label by which the log names it', (t) => {
  const named = { ...object, name: 'prom-client' };
  const sources = readSources({ collect, sources: [collect, object, named] });
  t.deepEqual(
    sources.map(({ label }) => label),
    ['"collect"', '"sources[0]"', '"sources[1]"', '"sources[2]" (prom-client)'],
  );
  t.deepEqual(
    readSources({ sources: [object] }).map(({ label }) => label),
    ['"sources[0]"'],
  );
});

test('methods of a source are called on the source', (t) => {
  class Source {
    readonly accumulates = true;
    readonly #own = {};
    provider() {
      return this.#own;
    }
    collect(provider: object) {
      return ['collected', provider === this.#own];
    }
    collectNow(provider: object) {
      return ['now', provider === this.#own];
    }
  }
  const { source } = readSources({ sources: [new Source()] })[0] ?? t.fail();
  t.true(source.accumulates);
  t.deepEqual(source.collect(source.provider()), ['collected', true]);
  t.deepEqual(source.collectNow?.(source.provider()), ['now', true]);
  t.false('collectNow' in (readSources({ sources: [object] })[0]?.source ?? {}));
});

test('a property of a source that cannot be read counts as missing', (t) => {
  const odd = Object.assign(unreadable('name', 'accumulates', 'collectNow'), object);
  const { source, label } = readSources({ sources: [odd] })[0] ?? t.fail();
  t.deepEqual([source.accumulates, 'collectNow' in source, label], [false, false, '"sources[0]"']);
});

for (const [options, message] of [
  [undefined, '"collect" of startPm2Exporter() is undefined, expected a function that returns ResourceMetrics, unles'],
  [{ collect: null, sources: [collect] }, '"collect" of startPm2Exporter() is null, expected a function that returns'],
  [unreadable('collect'), '"collect" of startPm2Exporter() is a property that throws when it is read, expected a fun'],
  [unreadable('sources'), '"sources" of startPm2Exporter() is a property that throws when it is read, expected a list'],
  [{ sources: [] }, '"sources" of startPm2Exporter() is an empty list, expected entries that are a function that ret'],
  [
    { sources: collect },
    '"sources" of startPm2Exporter() is function, expected a list with entries that are a functio',
  ],
  [{ sources: Array(101).fill(collect) }, '"sources" of startPm2Exporter() is a list of 101, expected at most 100 ent'],
  [
    { sources: [collect, 5] },
    '"sources[1]" of startPm2Exporter() is number, expected a function that returns ResourceM',
  ],
  [
    { sources: [null] },
    '"sources[0]" of startPm2Exporter() is null, expected a function that returns ResourceMetrics, o',
  ],
  [
    { sources: [{ collect }] },
    '"sources[0]" of startPm2Exporter() is object, expected a function that returns Resource',
  ],
  [
    { sources: [unreadable('provider')] },
    '"sources[0]" of startPm2Exporter() is object, expected a function that retu',
  ],
] as const) {
  test(`an error names the wrong value: ${message}`, (t) => {
    const error = t.throws(() => readSources(options), { instanceOf: TypeError });
    t.true(error?.message.startsWith(message), error?.message);
  });
}

/** Any input gives a complete configuration, and each problem in it is named. */
import { inspect } from 'node:util';
import test from 'ava';
import * as fc from '../support/properties';
import { describeProblem, readConfig } from '../../src/config/read-config';

const defaults = readConfig(undefined).config;

function only(input: unknown) {
  const { config, problems } = readConfig(input);
  return { config, problems, text: problems.map(describeProblem).join('\n') };
}

test('no configuration and an empty one give the defaults', (t) => {
  t.deepEqual(readConfig(undefined), { config: defaults, problems: [] });
  t.deepEqual(readConfig({}), { config: defaults, problems: [] });
});

test('a complete configuration comes out as it went in', (t) => {
  const input = {
    pmxMetrics: {
      v8: { new_space: true, heap_used_percent: false },
      runtime: false,
      network: { upload: false, download: true },
      http: { http: true },
      eventLoop: { eventLoopDelay: true },
    },
    mashroomMetrics: ['one', 'two_*'],
    intervalMs: 500,
    maxCollectLoad: 1,
    maxSeries: 1,
    forgetAfterMs: 60_000,
    blockedStack: true,
    probes: { names: 'full', counters: 'rate', max: 0, perMetric: 1 },
    workers: { threads: 2, maxMemoryMb: 64, timeoutMs: 100 },
  };
  t.deepEqual(readConfig(input) as unknown, { config: input, problems: [] });
});

test('a direction that network does not name stays on', (t) => {
  t.deepEqual(readConfig({ pmxMetrics: { network: { upload: false } } }).config.pmxMetrics.network, {
    upload: false,
    download: true,
  });
});

test('an invalid value gets its default, and the other values count', (t) => {
  const { config, problems, text } = only({ intervalMs: 50, probes: { max: 7, perMetric: 2.5 }, maxSeries: 9 });
  t.deepEqual(config, { ...defaults, maxSeries: 9, probes: { ...defaults.probes, max: 7 } });
  t.deepEqual(problems, [
    { kind: 'value', path: 'intervalMs', value: 50, expected: 'a whole number from 100 to 86400000' },
    { kind: 'value', path: 'probes.perMetric', value: 2.5, expected: 'a whole number from 1 to 10000' },
  ]);
  t.is(
    text,
    'intervalMs is 50, expected a whole number from 100 to 86400000: its default is used\n' +
      'probes.perMetric is 2.5, expected a whole number from 1 to 10000: its default is used',
  );
});

for (const value of ['500', true, null, NaN, Infinity, 1e300, -1, [500], { value: 500 }, 500n]) {
  test(`${inspect(value)} is no interval`, (t) => {
    const { config, problems } = readConfig({ intervalMs: value });
    t.deepEqual(config, defaults);
    t.deepEqual(
      problems.map(({ path }) => path),
      ['intervalMs'],
    );
  });
}

test('elements that are no metric names are left out and named by their index', (t) => {
  const { config, text } = only({ mashroomMetrics: ['a', '', 'b', 3, 'x'.repeat(1001)] });
  t.deepEqual(config.mashroomMetrics, ['a', 'b']);
  t.regex(
    text,
    /^mashroomMetrics\[1\] is "", expected a metric name or glob of 1 to 1000 characters, or a query such as .*: it is left out\n/,
  );
  t.regex(text, /\nmashroomMetrics\[3\] is 3, /);
  t.regex(text, /\nmashroomMetrics\[4\] is "x+…, /);
});

test('an empty list of metrics is valid, and a single name is not', (t) => {
  t.deepEqual(only({ mashroomMetrics: [] }).config.mashroomMetrics, []);
  t.deepEqual(only({ mashroomMetrics: 'mashroom_*' }).config.mashroomMetrics, defaults.mashroomMetrics);
});

test('a key that does not exist is named with the one that was probably meant', (t) => {
  const { config, text } = only({ intervalms: 5, threads: 2, colour: 'red', probes: { perMetrics: 1 } });
  t.deepEqual(config, defaults);
  t.deepEqual(text.split('\n'), [
    'intervalms (5) is unknown and ignored: expected a known key, such as intervalMs',
    'threads (2) is unknown and ignored: expected a known key, such as workers.threads',
    'colour ("red") is unknown and ignored: expected a known key',
    'probes.perMetrics (1) is unknown and ignored: expected a known key, such as probes.perMetric',
  ]);
});

test('an unknown key of any length or content is named on one line', (t) => {
  const { text } = only({ ['a\nb'.repeat(100)]: 'x\ny'.repeat(100) });
  t.regex(text, /^a\\nba\\nb.+… \("x\\nyx\\n.+…\) is unknown and ignored: expected a known key$/);
});

test('$schema is allowed for editors, but only with a text as its value', (t) => {
  t.deepEqual(readConfig({ $schema: './some.schema.json' }).problems, []);
  t.is(readConfig({ $schema: 1 }).problems.length, 1);
});

test('no key is read from a prototype or changes one', (t) => {
  const hostile = JSON.parse('{"__proto__": {"intervalMs": 777}, "probes": {"__proto__": {"max": 5}}}') as object;
  const { config, problems } = readConfig(hostile);
  t.deepEqual(config, defaults);
  t.deepEqual(
    problems.map(({ path }) => path),
    ['__proto__', 'probes.__proto__'],
  );
  t.deepEqual(readConfig(Object.create({ intervalMs: 777 })), { config: defaults, problems: [] });
  t.is(({} as { intervalMs?: number }).intervalMs, undefined);
});

test('changing a configuration changes no default', (t) => {
  const first = readConfig({}).config as unknown as {
    mashroomMetrics: string[];
    pmxMetrics: { network: { upload: boolean } };
  };
  first.mashroomMetrics.push('mine');
  first.pmxMetrics.network.upload = false;
  t.deepEqual(readConfig({}).config, defaults);
});

test('objects that throw when they are read are problems, not errors', (t) => {
  const thrower = () => {
    throw new Error('no');
  };
  const revoked = Proxy.revocable([], {});
  revoked.revoke();
  const hostile = new Proxy({}, { ownKeys: thrower, get: thrower, getOwnPropertyDescriptor: thrower });
  for (const value of [hostile, revoked.proxy]) {
    for (const input of [value, { probes: value }, { mashroomMetrics: value }, { pmxMetrics: { v8: value } }]) {
      const { config, problems } = readConfig(input);
      t.deepEqual({ ...config, pmxMetrics: defaults.pmxMetrics }, defaults);
      t.true(problems.map(describeProblem).every((text) => text.length > 0));
    }
  }
  const { config, problems } = readConfig(Object.defineProperty({}, 'maxSeries', { get: thrower, enumerable: true }));
  t.deepEqual(config, defaults);
  t.is(problems[0]?.path, 'maxSeries');
});

test('whatever the input, nothing throws and every problem has a line of its own', (t) => {
  fc.assert(
    fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true }), (input) => {
      for (const wrapped of [
        input,
        { probes: input, mashroomMetrics: input, maxCollectLoad: input, pmxMetrics: input },
      ]) {
        const { config, problems } = readConfig(wrapped);
        t.deepEqual(Object.keys(config), Object.keys(defaults));
        t.deepEqual(readConfig(config), { config, problems: [] });
        for (const problem of problems) t.notRegex(describeProblem(problem), /\n/);
      }
    }),
  );
});

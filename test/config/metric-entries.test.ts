import test from 'ava';
import { describeProblem, readConfig } from '../../src/config/read-config';

function read(...mashroomMetrics: unknown[]) {
  const { config, problems } = readConfig({ mashroomMetrics });
  return { entries: config.mashroomMetrics, problems: problems.map(describeProblem) };
}

const QUERY = { metric: 'http_requests_total', as: 'rate' };

test('names, queries and vitals may stand side by side', (t) => {
  const all = [
    'http_*',
    { ...QUERY, by: ['route', 'method'], where: { status: '5*' }, top: 3, name: '5xx', unit: '' },
    { metric: 'http.server.*', as: 'p99.9' },
    { vital: 'errors' },
    { vital: 'latency', name: 'slow' },
  ];
  t.deepEqual(read(...all), { entries: all, problems: [] } as object);
});

const WRONG: readonly (readonly [entry: object, problem: string])[] = [
  [{ as: 'rate' }, 'metric is missing, expected a metric name or glob of 1 to 1000 characters'],
  [
    { metric: 'a', as: 'p101' },
    'as is "p101", expected "rate", "delta", "total", "avg", "min", "max", or a quantile such as "p95"',
  ],
  [{ ...QUERY, by: 'route' }, 'by is "route", expected a list of up to 10 attribute names'],
  [
    { ...QUERY, where: { status: 500 } },
    'where is {"status":500}, expected an object with up to 10 attribute names, and globs for their values',
  ],
  [{ ...QUERY, top: 21 }, 'top is 21, expected a whole number from 1 to 20'],
  [{ ...QUERY, name: '' }, 'name is "", expected 1 to 20 characters'],
  [{ ...QUERY, unit: 5 }, 'unit is 5, expected up to 20 characters'],
  [
    { ...QUERY, were: { status: '5*' } },
    'were ({"status":"5*"}) is unknown, expected one of metric, as, by, where, top, name, unit',
  ],
  [
    { vital: 'request' },
    'vital is "request", expected one of "requests", "errors", "latency", "eventLoop", "sessions"',
  ],
  [{ vital: 'errors', as: 'rate' }, 'as ("rate") is unknown, expected one of vital, name'],
];

for (const [entry, problem] of WRONG) {
  test(`left out is ${JSON.stringify(entry)}`, (t) => {
    t.deepEqual(read('a', entry, 'b'), {
      entries: ['a', 'b'],
      problems: [`mashroomMetrics[1].${problem}: its entry is left out`],
    });
  });
}

test('two entries cannot have rows of one name', (t) => {
  const ranked = { ...QUERY, by: ['route'], name: '5xx', top: 2 };
  const { entries, problems } = read(ranked, { ...QUERY, name: '5xx 2' }, { ...QUERY, name: '5xx' }, ranked);
  t.deepEqual(entries, [ranked, { ...QUERY, name: '5xx' }] as object);
  const line = (index: number, name: string): string =>
    `mashroomMetrics[${index}].name is "${name}", expected a name that no entry before it has: its entry is left out`;
  t.deepEqual(problems, [line(1, '5xx 2'), line(3, '5xx')]);
});

test('each property is read once, so that what was checked is what is used', (t) => {
  let reads = 0;
  const entry = Object.defineProperty({ metric: 'a' }, 'as', {
    enumerable: true,
    get: () => (++reads === 1 ? 'rate' : 5),
  });
  t.deepEqual(read(entry).entries, [{ metric: 'a', as: 'rate' }]);
});

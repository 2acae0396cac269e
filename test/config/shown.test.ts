import test from 'ava';
import type { MetricEntry } from '../../src/config/metric-entry';
import { shownEntries } from '../../src/config/shown';

const names = (...entries: MetricEntry[]) =>
  shownEntries(entries).map((one) => (typeof one === 'string' ? one : one.name));

test('an entry without a name is called by its statistic, and by a letter where that is taken', (t) => {
  const rate: MetricEntry = { metric: 'a', as: 'rate' };
  t.deepEqual(names(rate, 'rate', { ...rate, as: 'p95' }, rate, { vital: 'latency' }, rate), [
    'rate',
    'rate',
    'p95',
    'rate b',
    'p95 b',
    'rate c',
  ]);
  t.deepEqual(names(rate, { ...rate, name: 'rate' }), ['rate b', 'rate']);
  t.deepEqual(names({ ...rate, by: ['x'] }, rate, { ...rate, by: ['y'] }), ['rate', 'rate', 'rate b']);
});

test('names are unique however many entries there are', (t) => {
  const entries = Array.from({ length: 1000 }, (): MetricEntry => ({ metric: 'a', as: 'rate' }));
  t.is(new Set(names(...entries)).size, 1000);
});

test('a row whose name does not say what it is has the metric behind its value', (t) => {
  const about = (entry: MetricEntry) => (shownEntries([entry])[0] as { about?: string }).about;
  t.is(about({ metric: 'a_total', as: 'rate' }), 'a_total');
  t.is(about({ metric: 'a_total', as: 'rate', name: 'a/s' }), undefined);
  t.is(about({ metric: 'a_total', as: 'rate', by: ['route'] }), undefined);
});

/** What is odd about scopes and descriptors is shown as the official serializers show it. */
import { inspect } from 'node:util';
import test from 'ava';
import { PageCache } from '../../workers/page-cache';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import { plainJson } from '../../workers/plain-form';
import { PrometheusText } from '../../server/workers/exposition/instance/prometheus-text';
import { collected, counter, point } from '../core/encoder/collections';
import { collectText } from '../support/collected-text';
import { render, SERIALIZERS } from '../support/rendered';

const SCOPES = [
  {},
  { name: undefined },
  { name: '' },
  { name: null },
  { name: 5 },
  { name: ['a'] },
  { name: 'a"b\nc\\' },
  { name: 'x', version: undefined },
  { name: 'x', version: null },
  { name: 'x', version: 2 },
  { name: 'x', version: 0 },
  { name: 'x', version: '' },
  { name: 'x', schemaUrl: '' },
  { name: 'x', schemaUrl: 7 },
];
const DESCRIPTORS = [
  { description: undefined },
  { description: null },
  { unit: undefined },
  { unit: null },
  { unit: 0 },
];

for (const of of [...SCOPES.map((scope) => ({ scope })), ...DESCRIPTORS.map((descriptor) => ({ descriptor }))]) {
  test(`all serializers show the same of ${inspect(of)}`, async (t) => {
    const { scope, descriptor } = { scope: { name: 'x' }, descriptor: {}, ...of };
    const metric = { ...counter('c', [point({ a: 1 }, 5)]) } as { descriptor: object };
    metric.descriptor = { ...metric.descriptor, ...descriptor };
    const { data, ...rest } = collected();
    const odd = { ...data, scopeMetrics: [{ scope, metrics: [metric] }] } as never;
    const { snapshot, malformed } = await new SnapshotEncoder({ maxSeries: 10 }).encode({ ...rest, data: odd });
    t.is(malformed, 0);
    const cache = new PageCache();
    cache.use(snapshot);
    for (const serializer of SERIALIZERS) {
      t.is(render(serializer, JSON.parse(plainJson(snapshot, cache)) as never), render(serializer, odd));
    }
    t.is(collectText(new PrometheusText(), snapshot), render(SERIALIZERS[1] as string, odd));
  });
}

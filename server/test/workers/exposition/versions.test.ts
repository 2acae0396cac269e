/** Names and labels are those of the installed serializer: the tests take each of the versions that users may have. */
import test from 'ava';
import { counter, histogram, point } from '../../../../test/core/encoder/collections';
import { decode } from './protobuf/decoded-protobuf';
import { parse } from './parsed-text';
import { encodeWith, labels, render } from './rendered-snapshots';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { INSTALLED, load } from './other-serializer';

function serialize(serializer: string, data: object): string {
  const { PrometheusSerializer } = require(serializer) as {
    PrometheusSerializer: new () => { serialize(of: object): string };
  };
  return new PrometheusSerializer().serialize(data);
}

const value = { buckets: { boundaries: [1, 2.5], counts: [1, 2, 3] }, count: 6, sum: 4 };
const metrics = [
  counter('c', [point({}, 1), point({ a: 'x{"y"} 0' }, 2)]),
  // The first versions do not add `_total` to it: they expect the type `COUNTER`.
  { ...counter('o', [point({ b: 1 }, 3)]), descriptor: { name: 'o', unit: 's', type: 'OBSERVABLE_COUNTER' } },
  histogram('h', [point({}, value), point({ route: '/', 'a.b': true }, value)]),
];

for (const serializer of ['exporter-prometheus-1', INSTALLED, 'exporter-prometheus-3']) {
  test(`all formats have the names of ${serializer}`, async (t) => {
    const exposition = load(serializer).exposition;
    const data = {
      resource: { attributes: { 'service.name': 'shop' } },
      scopeMetrics: [{ scope: { name: 'test', version: '1' }, metrics }],
    };
    const snapshot = await encodeWith(new SnapshotEncoder({ maxSeries: 100 }), data as never);
    const alone = [{ snapshot, labels: [] }];
    const official = render(exposition, { view: 'instance', format: 'text', snapshots: alone }).body.toString();
    t.is(official, serialize(serializer, data));
    const all = render(exposition, { view: 'all', format: 'text', snapshots: alone }).body.toString();
    t.deepEqual(all.split('\n').sort(), official.split('\n').sort());

    const snapshots = [0, 1].map((pmId) => ({ snapshot, labels: labels(pmId) }));
    const inText = parse(render(exposition, { view: 'all', format: 'text', snapshots }).body.toString(), 'text');
    const strict = parse(
      render(exposition, { view: 'all', format: 'openmetrics', snapshots }).body.toString(),
      'openmetrics',
    );
    const families = decode(render(exposition, { view: 'all', format: 'protobuf', snapshots }).body);
    t.deepEqual(
      families.map(({ name }) => name),
      inText.map(({ name }) => name),
    );
    t.deepEqual(
      strict.map(({ name }) => name),
      inText.map(({ name }) => name.replace(/_total$|_info$/, '')),
    );
    t.deepEqual(
      strict.map(({ samples }) => samples.length),
      inText.map(({ samples }) => samples.length),
    );
    t.deepEqual(
      families.map(({ metrics: some }) => some.map((metric) => metric.labels)),
      inText.map(({ samples }) =>
        samples.filter((each) => !/_(bucket|sum)$/.test(each.name)).map((each) => [...each.labels]),
      ),
    );
  });
}

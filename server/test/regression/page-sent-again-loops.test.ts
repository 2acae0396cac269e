/** A page that came again with the same id and another size made the text renderers loop for ever. */
import test from 'ava';
import type { Snapshot } from '../../../core/snapshot';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { encodeSnapshot } from '../../../core/wire/encode';
import { counter, encode, point, series } from '../../../test/core/encoder/collections';
import type { DecodeTask } from '../../protocol/tasks';
import { decode } from '../../workers/decode';
import { Exposition } from '../../workers/exposition/exposition';
import { parse } from '../workers/exposition/parsed-text';
import { decode as readProtobuf } from '../workers/exposition/protobuf/decoded-protobuf';
import { labels, render } from '../workers/exposition/rendered-snapshots';

const LIMITS = { maxBytes: 1 << 24, maxSeries: 5000, maxSamples: 40_000 };

/** Two exporters of one incarnation, which give their pages the same ids. */
const collect = (count: number): Promise<Snapshot> =>
  encode(
    new SnapshotEncoder({ maxSeries: 5000 }),
    counter(
      'c',
      series(count).map((one) => point(one, 1)),
    ),
  );

function check(t: { is(actual: unknown, expected: unknown): void }, snapshots: readonly Snapshot[]): void {
  const exposition = new Exposition();
  for (const snapshot of snapshots) {
    const count = snapshot.stats.series;
    const [alone, labelled] = [[{ snapshot, labels: [] }], [{ snapshot, labels: labels(0) }]];
    const official = render(exposition, { view: 'instance', snapshots: alone, format: 'text' });
    t.is(parse(official.body.toString(), 'text').find(({ name }) => name === 'c_total')?.samples.length, count);
    for (const format of ['text', 'openmetrics'] as const) {
      const { body } = render(exposition, { view: 'all', snapshots: labelled, format });
      t.is(parse(body.toString(), format).find(({ name }) => /^c(_total)?$/.test(name))?.samples.length, count);
    }
    const { body } = render(exposition, { view: 'all', snapshots: labelled, format: 'protobuf' });
    t.is(readProtobuf(body)[0]?.metrics.length, count);
  }
}

test('a page that is sent again with another size is rendered with its new size', async (t) => {
  let known: DecodeTask['known'] = new Map();
  const snapshots: Snapshot[] = [];
  for (const [i, count] of [3, 700, 5].entries()) {
    const payload = encodeSnapshot(await collect(count), []);
    const decoded = decode({ kind: 'decode', payload, known, firstPageId: 1000 * i, ...LIMITS });
    if (!decoded.ok) throw new Error(decoded.message);
    known = decoded.pages;
    snapshots.push({ ...decoded.snapshot, incarnation: 'the same' });
  }
  check(t, snapshots);
});

test('so is one that has the same id in the server', async (t) => {
  const snapshots = await Promise.all([3, 700, 5].map(collect));
  check(
    t,
    snapshots.map((snapshot) => ({ ...snapshot, incarnation: 'the same' })),
  );
});

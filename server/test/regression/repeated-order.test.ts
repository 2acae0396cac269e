/** An order that named a series twice, or a list of pages that named a page twice, made the same series appear twice. */
import test from 'ava';
import type { Family, Snapshot } from '../../../core/snapshot';
import { decodeSnapshot } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { point } from '../../../test/core/encoder/collections';
import { altered, type Header, malformed, sample } from '../../../test/core/wire/payloads';
import { decode } from '../../workers/decode';
import { Exposition } from '../../workers/exposition/exposition';
import { parse } from '../workers/exposition/parsed-text';
import { counts, onFamilies, samplesOf, snapshotOf } from '../workers/exposition/distinct/processes-by-hand';
import { decode as decodeProtobuf } from '../workers/exposition/protobuf/decoded-protobuf';
import { labels, render } from '../workers/exposition/rendered-snapshots';

const LIMITS = { known: new Map(), firstPageId: 0, maxBytes: 1 << 24, maxSeries: 1000, maxSamples: 8000 } as const;

/** The sample, whose first family is repeated in some way. */
async function repeating(repeat: (family: Family) => Partial<Family>): Promise<Snapshot> {
  const snapshot = await sample();
  const [{ scope, families }] = snapshot.scopes as [Snapshot['scopes'][0]];
  const [first, ...others] = families as [Family];
  return { ...snapshot, scopes: [{ scope, families: [{ ...first, ...repeat(first) }, ...others] }] };
}

test('an answer that names a series or a page twice is refused', async (t) => {
  const twice = await repeating(({ order }) => ({ order: order && Int32Array.from([...order, order[0]!]) }));
  const pages = await repeating((family) => ({ pages: [...family.pages, family.pages[0]!] }));
  for (const [snapshot, message] of [
    [twice, /order names a series twice/],
    [pages, /named twice/],
  ] as const) {
    const result = decode({ kind: 'decode', payload: encodeSnapshot(snapshot, []), ...LIMITS });
    t.like(result, { ok: false, code: 'MALFORMED' });
    t.regex(result.ok ? '' : result.message, message);
  }
});

test('an order that is beyond its pages costs its family only', async (t) => {
  const beyond = await repeating(({ order }) => ({ order: order && Int32Array.from([...order, 99 << 10]) }));
  const snapshots = [{ snapshot: beyond, labels: labels(0) }];
  for (const format of ['text', 'openmetrics'] as const) {
    const { body, warnings, dropped } = render(new Exposition(), { view: 'all', snapshots, format });
    t.deepEqual(
      parse(body.toString(), format).map(({ name }) => name),
      ['e', 'h', 's'],
    );
    t.regex(warnings.join('\n'), /^Metric c_total is left out for one process: /);
    t.is(dropped[0]?.reason, 'error');
  }
  const { body } = render(new Exposition(), { view: 'all', snapshots, format: 'protobuf' });
  t.deepEqual(
    decodeProtobuf(body).map(({ name }) => name),
    ['e', 'h', 's'],
  );
  const official = render(new Exposition(), { view: 'instance', snapshots, format: 'text' });
  t.deepEqual(official.body.toString().match(/^(?:c_total|h_count)/gm), ['h_count']);
});

for (const view of ['all', 'instance'] as const) {
  test(`${view}: a page that is listed twice shows its series once`, async (t) => {
    const snapshot = await snapshotOf([
      { scope: { name: 's' }, metrics: [counts('c', point({ i: 0 }, 1), point({ i: 1 }, 2))] },
    ]);
    const listed = onFamilies(snapshot, (family) => ({ ...family, pages: [...family.pages, ...family.pages] }));
    const { body } = render(new Exposition(), { view, snapshots: [{ snapshot: listed, labels: [] }], format: 'text' });
    parse(body.toString(), 'text');
    t.deepEqual(samplesOf(body.toString()), ['c_total{i="0"} 2', 'c_total{i="1"} 4']);
  });
}

test('a page that is named or sent twice is malformed, and an order that names a series twice', async (t) => {
  const named = await altered(({ scopes }) => {
    const pages = scopes[0]?.families[0]?.pages as number[];
    pages[1] = pages[0] as number;
  });
  t.throws(() => decodeSnapshot(named), malformed(/page \d+ is named twice/));

  const sent = await altered(({ pages }, rest) => {
    pages.unshift(pages[0] as Header['pages'][0]);
    return Buffer.concat([rest.subarray(0, pages[0]?.bytes), rest]);
  });
  t.throws(() => decodeSnapshot(sent), malformed(/page \d+ is sent twice/));

  const snapshot = await sample();
  const order = snapshot.scopes[0]?.families[0]?.order as Int32Array;
  order[1] = order[0] as number;
  t.throws(() => decodeSnapshot(encodeSnapshot(snapshot, [])), malformed(/order names a series twice/));
});

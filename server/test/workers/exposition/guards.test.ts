/** What cannot be rendered of a process costs its family, or the process, and nothing of the others. */
import test from 'ava';
import type { LabelledSnapshot } from '../../../protocol/render';
import type { Family, Snapshot } from '../../../../core/snapshot';
import { counter, point } from '../../../../test/core/encoder/collections';
import { Exposition } from '../../../workers/exposition/exposition';
import { decode } from './protobuf/decoded-protobuf';
import { parse } from './parsed-text';
import { instance, render } from './rendered-snapshots';

const METRICS = [counter('a', [point({ x: 1 }, 1)]), counter('b', [point({ x: 1 }, 2)])];

function onFirst(snapshot: Snapshot, change: (family: Family) => Partial<Family>): Snapshot {
  const [{ scope, families }] = snapshot.scopes as [Snapshot['scopes'][0]];
  const [first, ...others] = families as [Family];
  return { ...snapshot, scopes: [{ scope, families: [{ ...first, ...change(first) }, ...others] }] };
}

function withAttributes(snapshot: Snapshot, text: string): Snapshot {
  return onFirst(snapshot, ({ pages }) => ({
    pages: pages.map(({ page, base }) => ({ page: { ...page, attributes: Buffer.from(text) }, base })),
  }));
}

/** By what is wrong: the snapshot, and what is still shown of it. */
const BROKEN: Readonly<Record<string, readonly [change: (good: Snapshot) => Snapshot, shown: readonly string[]]>> = {
  'attributes that are no JSON': [(good) => withAttributes(good, '{{{\n'), ['b']],
  'fewer attributes than series': [(good) => withAttributes(good, ''), ['b']],
  'an order beyond the pages': [(good) => onFirst(good, () => ({ order: Int32Array.of(1 << 10) })), ['b']],
  'an order beyond a page': [(good) => onFirst(good, () => ({ order: Int32Array.of(0, 7) })), ['b']],
  'a page of another size': [
    (good) => onFirst(good, ({ pages }) => ({ pages: [{ ...pages[0]!, page: { ...pages[0]!.page, size: 9 } }] })),
    ['b'],
  ],
  'a resource that is no JSON': [(good) => ({ ...good, resource: '{' }), ['a', 'b']],
  'no scopes': [(good) => ({ ...good, scopes: null as never }), []],
};

/** By format: the names of the counters that a process shows. */
function shownOf(snapshots: readonly LabelledSnapshot[], exposition: Exposition, pmId: string): string[][] {
  const of = (name: string): string => name.replace(/_total$/, '');
  const texts = (['text', 'openmetrics'] as const).map((format) => {
    const { body } = render(exposition, { view: 'all', snapshots, format });
    const families = parse(body.toString(), format).filter(({ type }) => type === 'counter');
    return families.filter(({ samples }) => samples.some(({ labels }) => labels.get('pm_id') === pmId));
  });
  const families = decode(render(exposition, { view: 'all', snapshots, format: 'protobuf' }).body);
  const inProtobuf = families.filter(({ metrics }) =>
    metrics.some(({ counter: value, labels }) => value !== undefined && labels.some(([, text]) => text === pmId)),
  );
  return [...texts, inProtobuf].map((all) => all.map(({ name }) => of(name)));
}

for (const [what, [change, shown]] of Object.entries(BROKEN)) {
  test(`${what}: only that is left out, told and counted`, async (t) => {
    const [first, other] = [await instance(7, { metrics: METRICS }), await instance(8, { metrics: METRICS })];
    const broken = { ...first, snapshot: change(first.snapshot) };
    const exposition = new Exposition();
    for (let times = 0; times < 2; times++) {
      t.deepEqual(shownOf([broken, other], exposition, '8'), new Array(3).fill(['a', 'b']));
      t.deepEqual(shownOf([broken, other], exposition, '7'), new Array(3).fill(shown));
      const { warnings, dropped } = render(exposition, { view: 'all', snapshots: [broken, other], format: 'text' });
      t.is(warnings.length, 1);
      t.is(dropped.length, 1);
      t.like(dropped[0], { labels: first.labels, reason: 'error' });
      t.true((dropped[0]?.series ?? 0) > 0);
    }
    t.deepEqual(shownOf([first, other], exposition, '7'), new Array(3).fill(['a', 'b']));
  });
}

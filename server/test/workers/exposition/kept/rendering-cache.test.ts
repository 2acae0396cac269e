/** What is kept between two renderings, and when it is forgotten. */
import test from 'ava';
import { SnapshotEncoder } from '../../../../../core/encoder/encoder';
import { collected, counter, point, series } from '../../../../../test/core/encoder/collections';
import type { LabelledSnapshot } from '../../../../protocol/render';
import { Exposition } from '../../../../workers/exposition/exposition';
import type { CachedRendering } from '../../../../workers/exposition/kept/rendering-cache';
import { FORMATS, instance, render } from '../rendered-snapshots';

/** By key. No user sees what is kept: it is memory. */
function entriesOf(exposition: Exposition): ReadonlyMap<string, { readonly rendering: CachedRendering }> {
  return (exposition as unknown as { cache: { entries: ReturnType<typeof entriesOf> } }).cache.entries;
}

function kept(exposition: Exposition): readonly string[] {
  return [...entriesOf(exposition).keys()];
}

test('renderings that are not asked for any more are forgotten after a while', async (t) => {
  let time = 0;
  const exposition = new Exposition({ idleMs: 100, bytes: 1e9 }, () => time);
  const metrics = [
    counter(
      'c',
      series(10).map((each) => point(each, 1)),
    ),
  ];
  const ask = async (pmId: number, part?: LabelledSnapshot): Promise<LabelledSnapshot> => {
    const snapshots = [part ?? (await instance(pmId, { metrics }))];
    for (const format of FORMATS) render(exposition, { view: 'all', format, snapshots });
    render(exposition, { view: 'instance', format: 'text', snapshots });
    return snapshots[0]!;
  };
  const stays = await ask(0);
  t.is(kept(exposition).length, 4);
  for (let i = 1; i <= 10; i++) {
    time += 10;
    await ask(i);
    await ask(0, stays);
  }
  t.is(kept(exposition).length, 44);
  time += 60;
  await ask(0, stays);
  t.is(kept(exposition).length, 24);
  time += 1000;
  await ask(0, stays);
  t.is(kept(exposition).length, 4);
  t.true(kept(exposition).every((key) => key.includes(stays.snapshot.incarnation)));
});

test('beyond the limit in bytes renderings are forgotten, but never those of the last exposition', async (t) => {
  const exposition = new Exposition({ idleMs: Infinity, bytes: 500_000 });
  const metrics = [
    counter(
      'c',
      series(1000).map((each) => point(each, 1)),
    ),
  ];
  for (let i = 0; i < 20; i++) {
    render(exposition, { view: 'all', format: 'text', snapshots: [await instance(i, { metrics })] });
    t.true(kept(exposition).length <= 5, `${kept(exposition).length}`);
  }
  const snapshots = await Promise.all(Array.from({ length: 20 }, (_, i) => instance(i, { metrics })));
  render(exposition, { view: 'all', format: 'text', snapshots });
  t.is(kept(exposition).length, 20);
});

test('pages that a process has no more are forgotten with the next rendering', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 100_000 });
  const exposition = new Exposition();
  const held: number[] = [];
  for (let step = 0; step < 60; step++) {
    const metrics = [
      counter(
        'c',
        series(500, step * 500).map((each) => point(each, 1)),
      ),
    ];
    const { snapshot } = await encoder.encode(collected(...metrics));
    render(exposition, { view: 'all', format: 'text', snapshots: [{ snapshot, labels: [] }] });
    held.push([...entriesOf(exposition).values()][0]!.rendering.held);
  }
  t.true(held.at(-1)! <= 2 * Math.max(...held.slice(0, 20)), held.join(' '));
});

/** Several ask one tally at the same time, and each recording is counted once. */
import test from 'ava';
import type { Collected } from '../../../core/encoder/encoder';
import type { ResourceMetrics } from '../../../core/otel';
import { SCALAR_VALUE, type Snapshot } from '../../../core/snapshot';
import { forEachSeries } from '../../../core/series';
import { tallyOf, type TallyPart } from '../../../src/mashroom/found-tally';
import { valuesOf } from '../../opentelemetry/sdk';
import { startTally } from './tallies';

const SDK = 'sdk-metrics-1';

function collected(data: unknown, isInterim = false): Collected {
  return { data: data as ResourceMetrics, time: Date.now(), intervalMs: 100, collectMs: 1, isInterim };
}

/** As the exporter does it. */
async function snapshotOf({ source, encoder }: TallyPart, isInterim = false): Promise<Snapshot> {
  const data = await source.collect(source.provider());
  source.accept?.(data);
  return (await encoder.encode(collected(data, isInterim))).snapshot;
}

function numbersOf({ scopes, values }: Snapshot): number[] {
  const numbers: number[] = [];
  for (const { families } of scopes) {
    for (const family of families) {
      forEachSeries(family, (_page, _index, offset) => numbers.push(values[offset + SCALAR_VALUE] as number));
    }
  }
  return numbers;
}

test('each recording is counted once, whichever readers collect, in whatever order', async (t) => {
  const { tally, service } = startTally(SDK);
  const parts = [tally.attach(), tally.attach()] as const;
  let recorded = 0;
  await service.addObservableCallback(({ gauge }) => gauge('recorded', '').set(recorded));
  const record = (): void => {
    service.counter('visits', '').inc();
    recorded++;
  };
  for (let round = 0; round < 30; round++) {
    record();
    const asking: Promise<unknown>[] = [snapshotOf(parts[0], round % 3 === 0), tally.resourceMetrics()];
    record();
    asking.push(snapshotOf(parts[1]), tally.resourceMetrics());
    // Given up, as a collection that hangs is.
    if (round % 4 === 0) asking.push(Promise.resolve(parts[0].source.collect(parts[0].source.provider())));
    await Promise.all(asking);
    t.deepEqual(numbersOf(await snapshotOf(parts[0])), [recorded, recorded]);
    t.deepEqual(valuesOf(await tally.resourceMetrics()), { 'visits{}': recorded, 'recorded{}': recorded });
  }
});

test("an exporter's latest snapshot keeps its numbers while others collect", async (t) => {
  const { tally, service } = startTally(SDK);
  const part = tally.attach();
  service.counter('visits', '').inc();
  const snapshot = await snapshotOf(part, true);
  for (let i = 0; i < 6; i++) {
    service.counter('visits', '').inc();
    await tally.resourceMetrics();
  }
  t.deepEqual(numbersOf(snapshot), [1]);
  t.deepEqual(numbersOf(await snapshotOf(part, true)), [7]);
});

test('intervals are those of the exporter, whatever else collects in between', async (t) => {
  const { tally, service } = startTally(SDK);
  const part = tally.attach();
  service.counter('visits', '').inc();
  await snapshotOf(part);
  service.counter('visits', '').inc(10);
  await tally.resourceMetrics();
  service.counter('visits', '').inc(100);
  const snapshot = await snapshotOf(part);
  t.deepEqual(numbersOf(snapshot), [111]);
  t.deepEqual(numbersOf({ ...snapshot, values: snapshot.previous?.values ?? new Float64Array() }), [1]);
});

test('what was counted survives the exporter, and a process that exits has its last numbers', async (t) => {
  const { tally, service } = startTally(SDK);
  const first = tally.attach();
  service.counter('visits', '').inc();
  await snapshotOf(first);
  first.source.release?.();
  service.counter('visits', '').inc();
  const next = tally.attach();
  t.deepEqual(numbersOf(await snapshotOf(next)), [2]);
  service.counter('visits', '').inc();
  const pending = snapshotOf(next);
  service.counter('visits', '').inc();
  const data = next.source.collectNow?.(next.source.provider());
  t.deepEqual(numbersOf(next.encoder.encodeNow(collected(data)).snapshot), [4]);
  t.deepEqual(numbersOf(await pending), [4]);
});

test('what a handled signal has encoded is not taken back by what was under way', async (t) => {
  const { tally, service } = startTally(SDK);
  const { source, encoder } = tally.attach();
  service.counter('visits', '').inc();
  const first = encoder.encode(collected(await source.collect(source.provider()), true));
  const second = encoder.encode(collected({}, true));
  await Promise.resolve();
  service.counter('visits', '').inc();
  const last = encoder.encodeNow(collected(source.collectNow?.(source.provider())));
  t.deepEqual(numbersOf(last.snapshot), [2]);
  await first;
  t.deepEqual(numbersOf((await second).snapshot), [2]);
});

test('an exporter that has been stopped keeps no numbers, also where a snapshot was under way', async (t) => {
  const { tally, service } = startTally(SDK);
  const columns = new Set<unknown>();
  for (let i = 0; i < 20; i++) {
    const part = tally.attach();
    service.counter('visits', '').inc();
    const underWay = snapshotOf(part, true);
    part.source.release?.();
    columns.add((await underWay).values.buffer);
  }
  t.true(columns.size <= 4, `${columns.size} columns`);
});

test('only the service of this collector has a tally, and only in the version that is known', (t) => {
  const { tally, service } = startTally(SDK);
  t.is(tallyOf(service), tally);
  t.is(tallyOf({}), undefined);
  t.is(tallyOf(undefined), undefined);
  const [key] = Object.getOwnPropertySymbols(service);
  t.is(tallyOf({ [key as symbol]: { tallyVersion: 0 } }), undefined);
  t.is(tallyOf(new Proxy({}, { get: () => JSON.parse('{') as unknown })), undefined);
});

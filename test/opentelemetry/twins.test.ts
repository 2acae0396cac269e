/**
 * Deltas that are added up are the totals that OpenTelemetry itself computes: a process with our reader and one with a
 * cumulative reader record the same, collect at the same moments, and have the same snapshots, bit for bit.
 */
import test from 'ava';
import * as fc from 'fast-check';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';
import { numbersOf } from './snapshot-numbers';
import { processOf, steps, VIEWS, type Step } from './recordings';
import { foreignReader, loadSdk, SDKS, startOurs, viewOf } from './sdk';

const RUNS = 60;

/** Both processes read the same clock. */
let now = 1_700_000_000_000;
Date.now = () => now;

function encoder(): (data: ResourceMetrics) => Promise<Map<string, unknown>> {
  const own = new SnapshotEncoder({ maxSeries: 100_000 });
  return async (data) => {
    const { snapshot, problems, leftOut } = await own.encode({ data, time: now, intervalMs: 1000, collectMs: 1 });
    if (problems.length + leftOut > 0) throw new Error(`${leftOut} left out, ${problems.join()}`);
    return numbersOf(snapshot);
  };
}

function twin(name: string) {
  const sdk = loadSdk(name);
  const reader = foreignReader(sdk);
  const provider = new sdk.MeterProvider({ readers: [reader], views: VIEWS.map((view) => viewOf(sdk, view)) });
  const collect = async (): Promise<ResourceMetrics> => (await reader.collect()).resourceMetrics;
  return { meter: provider.getMeter('shop'), collect };
}

for (const sdk of SDKS) {
  for (const sliced of [true, false]) {
    test.serial(`${sdk}, ${sliced ? 'in slices' : 'in one go'}: added deltas are the SDK's totals`, async (t) => {
      await fc.assert(
        fc.asyncProperty(steps, async (random) => {
          const ours = startOurs(sdk, { sliced, views: VIEWS });
          const theirs = twin(sdk);
          const sides = [ours, theirs].map(({ meter, collect }) => ({
            step: processOf(meter),
            collect,
            encode: encoder(),
          }));
          const all: Step[] = [...random, { kind: 'collect' }, { kind: 'collect' }];
          for (const step of all) {
            now += 3;
            if (step.kind !== 'collect') for (const side of sides) side.step(step);
            else {
              const numbers: Map<string, unknown>[] = [];
              for (const { collect, encode } of sides) numbers.push(await encode(await collect()));
              t.deepEqual(numbers[0], numbers[1]);
            }
          }
          t.deepEqual(ours.lines, []);
        }),
        { numRuns: RUNS },
      );
    });
  }
}

/**
 * Deltas that are added up are the totals that OpenTelemetry itself computes: a process with our reader and one with a
 * cumulative reader record the same, collect at the same moments, and have the same snapshots, bit for bit. At other moments
 * they have the same counts.
 */
import test, { type ExecutionContext } from 'ava';
import * as fc from '../support/properties';
import { SnapshotEncoder } from '../../core/encoder/encoder';
import type { ResourceMetrics } from '../../core/otel';
import type { Snapshot } from '../../core/snapshot';
import { countsOf, numbersOf, type Counts } from './snapshot-numbers';
import { MAX_STEPS, processOf, steps, VIEWS, type Step } from './recordings';
import { foreignReader, loadSdk, SDKS, startOurs, viewOf } from './sdk';

const RUNS = 60;
/** The lowest value of a recording. */
const LEAST = -1;

/** Both processes read the same clock. */
let now = 1_700_000_000_000;
Date.now = () => now;

function encoder(): (data: ResourceMetrics) => Promise<Snapshot> {
  const own = new SnapshotEncoder({ maxSeries: 100_000 });
  return async (data) => {
    const { snapshot, problems, leftOut } = await own.encode({ data, time: now, intervalMs: 1000, collectMs: 1 });
    if (problems.length + leftOut > 0) throw new Error(`${leftOut} left out, ${problems.join()}`);
    return snapshot;
  };
}

function twin(name: string) {
  const sdk = loadSdk(name);
  const reader = foreignReader(sdk);
  const provider = new sdk.MeterProvider({ readers: [reader], views: VIEWS.map((view) => viewOf(sdk, view)) });
  const collect = async (): Promise<ResourceMetrics> => (await reader.collect()).resourceMetrics;
  return { meter: provider.getMeter('shop'), collect };
}

/** A process with our reader, and one with theirs. */
function sidesOf(sdk: string, sliced: boolean) {
  const ours = startOurs(sdk, { sliced, views: VIEWS });
  const sides = [ours, twin(sdk)].map(({ meter, collect }) => {
    const encode = encoder();
    return { step: processOf(meter), snapshot: async () => encode(await collect()) };
  });
  return { lines: ours.lines, sides };
}

const LAST: readonly Step[] = [{ kind: 'collect' }, { kind: 'collect' }];

for (const sdk of SDKS) {
  for (const sliced of [true, false]) {
    const way = `${sdk}, ${sliced ? 'in slices' : 'in one go'}`;

    test.serial(`${way}: added deltas are the SDK's totals`, async (t) => {
      await fc.assert(
        fc.asyncProperty(steps, async (random) => {
          const { lines, sides } = sidesOf(sdk, sliced);
          for (const step of [...random, ...LAST]) {
            now += 3;
            if (step.kind !== 'collect') for (const side of sides) side.step(step);
            else {
              const numbers: Map<string, unknown>[] = [];
              for (const { snapshot } of sides) numbers.push(numbersOf(await snapshot()));
              t.deepEqual(numbers[0], numbers[1]);
            }
          }
          t.deepEqual(lines, []);
        }),
        { numRuns: RUNS },
      );
    });

    test.serial(`${way}: collections at other moments change no count`, async (t) => {
      let collectedAlone = 0;
      const alone = fc.array(fc.boolean(), { minLength: 1, maxLength: 20 });
      await fc.assert(
        fc.asyncProperty(steps, alone, async (random, areAlone) => {
          const { sides } = sidesOf(sdk, sliced);
          const [ours, theirs] = sides as [(typeof sides)[0], (typeof sides)[0]];
          let collections = 0;
          for (const step of random) {
            now += 3;
            if (step.kind !== 'collect') for (const side of sides) side.step(step);
            else if (areAlone[collections++ % areAlone.length] === true) {
              await ours.snapshot();
              collectedAlone++;
            } else hasSameCounts(t, await ours.snapshot(), await theirs.snapshot());
          }
          now += 3;
          hasSameCounts(t, await ours.snapshot(), await theirs.snapshot());
        }),
        { numRuns: RUNS },
      );
      t.true(collectedAlone > RUNS);
    });
  }
}

/** Observable instruments are left out: what their callbacks give is of the moment. */
function hasSameCounts(t: ExecutionContext, ...snapshots: readonly [Snapshot, Snapshot]): void {
  const [ours, theirs] = snapshots.map(countsOf) as [Counts, Counts];
  const recorded = <T>(all: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...all].filter(([key]) => !key.includes(' observed.')));
  t.deepEqual(recorded(ours.exact), recorded(theirs.exact));
  const sums = recorded(theirs.sums);
  t.deepEqual([...recorded(ours.sums).keys()], [...sums.keys()]);
  for (const [key, sum] of sums) {
    // The rounding of so many additions, in either order.
    const tolerance = 2 * MAX_STEPS * Number.EPSILON * (Math.abs(sum) + 2 * MAX_STEPS * Math.abs(LEAST));
    t.true(Math.abs((ours.sums.get(key) as number) - sum) <= tolerance, `${key}: ${ours.sums.get(key)}, ${sum}`);
  }
}

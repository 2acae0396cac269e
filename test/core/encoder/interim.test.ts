/** Interim snapshots: those between the ends of two intervals, with which no later snapshot is compared. */
import test from 'ava';
import * as fc from '../../support/properties';
import { SnapshotEncoder } from '../../../core/encoder/encoder';
import { SCALAR_VALUE, START, type Snapshot } from '../../../core/snapshot';
import { collected, counter, deltas, point, read } from './collections';

interface Step {
  readonly ids: readonly number[];
  readonly isInterim: boolean;
  readonly endsInterval: boolean;
  readonly isHeld: boolean;
}

const STEPS = fc.array(
  fc.record({
    ids: fc.uniqueArray(fc.nat({ max: 40 }), { maxLength: 30 }),
    isInterim: fc.boolean(),
    endsInterval: fc.boolean(),
    isHeld: fc.boolean(),
  }),
  { minLength: 2, maxLength: 30 },
);

/** What the encoder is asked to take: the attributes objects stay, as those of OpenTelemetry do. */
class Counts {
  private readonly attributes = Array.from({ length: 41 }, (_, id) => ({ id }));
  private readonly totals = new Array<number>(41).fill(0);

  next(ids: readonly number[], temporality: number): object {
    const points = ids.map((id) => {
      this.totals[id] = (this.totals[id] as number) + id + 1;
      return point(this.attributes[id] as object as never, temporality === 0 ? id + 1 : this.totals[id]);
    });
    return { ...counter(temporality === 0 ? 'added' : 'total', points), aggregationTemporality: temporality };
  }
}

async function play(temporality: number, steps: readonly Step[], check: (now: Snapshot, base: Base) => void) {
  const encoder = new SnapshotEncoder({ maxSeries: 1000 });
  const counts = new Counts();
  let base: Base;
  let last: { readonly numbers: Base; readonly isInterim: boolean } | undefined;
  for (const { ids, isInterim, endsInterval, isHeld } of steps) {
    if (endsInterval) {
      encoder.endInterval();
      if (last !== undefined) last = { ...last, isInterim: false };
    }
    if (last?.isInterim === false) base = last.numbers;
    const { snapshot } = await encoder.encode({ ...collected(counts.next(ids, temporality)), isInterim });
    if (isHeld) encoder.hold(snapshot);
    check(snapshot, base);
    last = { numbers: read(snapshot), isInterim };
  }
}

type Base = Map<string, number[]> | undefined;

for (const [name, temporality] of Object.entries({ totals: 1, deltas: 0 })) {
  test(`${name}: the previous numbers of a series are those of the last snapshot that was not interim`, async (t) => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(STEPS, async (steps) => {
        await play(temporality, steps, (snapshot, base) => {
          if (snapshot.previous === undefined) return;
          for (const [text, numbers] of read(snapshot, 0, snapshot.previous.values)) {
            const start = numbers[START];
            if (start === undefined || Number.isNaN(start)) continue; // it was not there, or has been away since
            t.is(numbers[SCALAR_VALUE], base?.get(text)?.[SCALAR_VALUE], text);
            compared++;
          }
        });
      }),
      { numRuns: 150 },
    );
    t.true(compared > 300, `${compared}`);
  });
}

test('what has come in an interim snapshot is new in the next one too, and the rest is compared over the interval', async (t) => {
  const encoder = new SnapshotEncoder({ maxSeries: 10 });
  const counts = new Counts();
  const take = async (ids: readonly number[], isInterim: boolean): Promise<Snapshot> =>
    (await encoder.encode({ ...collected(counts.next(ids, 1)), isInterim })).snapshot;
  await take([1], false);
  for (let i = 0; i < 5; i++) t.is(deltas(await take(i < 2 ? [1] : [1, 2], true)).get('{"id":1}'), 2 * (i + 1));
  const end = await take([1, 2], false);
  t.deepEqual(
    [...deltas(end)],
    [
      ['{"id":1}', 12],
      ['{"id":2}', undefined],
    ],
  );
  t.deepEqual([...deltas(await take([1, 2], true)).values()], [2, 3]);
});

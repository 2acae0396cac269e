/** Histories of families with and without deltas, in which everything happens that may happen to columns and pages. */
import test from 'ava';
import * as fc from '../../../support/properties';
import { Columns } from '../../../../core/encoder/columns/columns';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { COUNT, SCALAR_VALUE, START, type Snapshot } from '../../../../core/snapshot';
import { collected, counter, point, series } from '../collections';
import { allNumbers } from './all-numbers';
import { deltaCounter, deltaHistogram, seen, spread } from './metrics';

/** Calls of `take` until one throws. */
let takesLeft = Infinity;
const { take } = Columns.prototype;
Columns.prototype.take = function (numbers) {
  if (--takesLeft < 0) throw new RangeError('Array buffer allocation failed');
  return take.call(this, numbers);
};

const STEP = fc.record({
  first: fc.nat({ max: 1000 }),
  length: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 60 }), fc.nat({ max: 1200 })),
  kinds: fc.subarray(['c', 'h', 'e', 'copied']),
  buckets: fc.integer({ min: 1, max: 100 }),
  held: fc.boolean(),
  /** How much later it is collected. */
  passes: fc.constantFrom(1, 1, 1, 10, 400),
  takes: fc.oneof({ weight: 6, arbitrary: fc.constant(Infinity) }, { weight: 1, arbitrary: fc.nat({ max: 4 }) }),
});
type Step = typeof STEP extends fc.Arbitrary<infer T> ? T : never;

const OBJECTS = series(2200);

/** What the last numbers of each series are: start time, and how often it was seen. */
class Model {
  readonly known = new Map<string, { start: number; count: number; changed: number }>();
  private now = 0;

  constructor(private readonly forgetAfter: number) {}

  add(keys: readonly string[], each: number, start: number): void {
    for (const key of keys) {
      const known = this.known.get(key);
      if (known === undefined) this.known.set(key, { start, count: each, changed: this.now });
      else {
        known.count += each;
        known.changed = this.now;
      }
    }
  }

  /** Time of the encoder is never more than half of `forgetAfter` ahead. */
  pass(time: number): void {
    this.now += Math.min(time, this.forgetAfter / 2);
  }

  /** Series are looked at only now and then: those that the encoder has forgotten are forgotten here. */
  forget(isThere: (key: string) => boolean): number {
    let early = 0;
    for (const [key, { changed }] of this.known) {
      if (isThere(key)) continue;
      if (this.now - changed < this.forgetAfter) early++;
      this.known.delete(key);
    }
    return early;
  }
}

function counts(snapshot: Snapshot, from = snapshot.values): Map<string, readonly [number, number]> {
  return new Map(
    allNumbers(snapshot, from).map(({ family, text, numbers }) => {
      const count = numbers[family.endsWith('c') ? SCALAR_VALUE : COUNT] as number;
      return [`${family} ${text}`, [numbers[START] as number, count]];
    }),
  );
}

async function play(steps: readonly Step[], maxSeries: number, forgetAfterMs: number): Promise<number> {
  const encoder = new SnapshotEncoder({ maxSeries, forgetAfterMs });
  const model = new Model(forgetAfterMs);
  const held: { readonly release: () => void; readonly snapshot: Snapshot; readonly was: unknown }[] = [];
  let time = 0;
  let before = new Map<string, readonly [number, number]>();
  let failures = 0;
  let failedSince = 0;
  for (const [i, step] of steps.entries()) {
    time += step.passes;
    model.pass(step.passes);
    const some = OBJECTS.slice(step.first, step.first + step.length);
    const start = 1000 + i;
    const points = (value: unknown) => some.map((one) => point({ ...one }, value, [start, 0]));
    const metrics = {
      c: deltaCounter('c', points(2)),
      h: deltaHistogram('h', points(seen(1, 3))),
      e: deltaHistogram('e', points(spread(step.buckets)), 1),
      copied: counter('copied c', points(7)),
    };
    for (const kind of ['c', 'h', 'e'] as const) {
      const keys = some.map((one) => `test ${kind} ${JSON.stringify(one)}`);
      if (step.kinds.includes(kind)) model.add(keys, kind === 'e' ? step.buckets : 2, start * 1e6);
    }
    takesLeft = step.takes;
    const data = step.kinds.map((kind) => metrics[kind as keyof typeof metrics]);
    const result = await encoder.encode({ ...collected(...data), time }).catch(() => undefined);
    takesLeft = Infinity;
    if (result === undefined) {
      failures++;
      if (++failedSince >= 3) return failures; // Deltas may be given up.
      continue;
    }
    failedSince = 0;
    const { snapshot } = result;
    // A cumulative metric that has no memory is left out, and comes again.
    const problems = result.problems.filter((text) => !text.includes('"copied c"'));
    if (problems.length > 0) throw new Error(problems.join('; '));
    const now = counts(snapshot);
    const early = model.forget((key) => now.has(key));
    if (early > 0) throw new Error(`step ${i}: ${early} series are not there`);
    for (const [key, [startTime, count]] of now) {
      const expected = model.known.get(key);
      if (key.startsWith('test copied')) continue;
      if (expected?.start !== startTime || expected.count !== count) {
        throw new Error(`step ${i}: ${key} has ${startTime} ${count}, expected ${JSON.stringify(expected)}`);
      }
    }
    if (failures === 0) checkPrevious(snapshot, before);
    before = now;
    for (const one of held) if (String([...counts(one.snapshot)]) !== one.was) throw new Error(`step ${i}: changed`);
    if (step.held) held.push({ release: encoder.hold(snapshot), snapshot, was: String([...now]) });
    else held.shift()?.release();
  }
  return failures;
}

/** What a series had in the snapshot before is there or absent. Exponential histograms may lose it where they grow. */
function checkPrevious(snapshot: Snapshot, before: ReadonlyMap<string, readonly [number, number]>): void {
  for (const [key, [start, count]] of counts(snapshot, snapshot.previous?.values ?? new Float64Array())) {
    const known = before.get(key);
    const isThere = start !== undefined && !Number.isNaN(start);
    if (isThere ? known?.[1] !== count : known !== undefined && !key.startsWith('test e')) {
      throw new Error(`${key} had ${start} ${count}, expected ${known?.join(' ')}`);
    }
  }
}

for (const [title, forgetAfterMs] of [
  ['kept for ever', Infinity],
  ['forgotten', 600],
] as const) {
  test.serial(`all deltas are in the numbers, whatever else happens, where series are ${title}`, async (t) => {
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { minLength: 3, maxLength: 25 }), async (steps) => {
        failures += await play(steps, 100_000, forgetAfterMs);
      }),
      { numRuns: 20, endOnFailure: true, includeErrorInReport: true },
    );
    t.true(failures > 0, `${failures} failures`);
  });
}

import { isDeepStrictEqual } from 'node:util';
import test from 'ava';
import * as fc from '../../../support/properties';
import { SnapshotEncoder } from '../../../../core/encoder/encoder';
import { START, type Snapshot } from '../../../../core/snapshot';
import { SDKS, startSdk } from '../sdk-metrics';
import { allNumbers } from './all-numbers';
import { recorder, recordings, type Recording } from './recordings';

interface Twin {
  readonly encoder: SnapshotEncoder;
  record(recording: Recording): void;
  snapshot(): Promise<Snapshot>;
}

function startTwin(sdk: string, temporality: number): Twin {
  const { meter, collect } = startSdk(sdk, temporality);
  const encoder = new SnapshotEncoder({ maxSeries: 10_000 });
  return {
    encoder,
    record: recorder(meter),
    async snapshot() {
      const encoded = await encoder.encode({ data: await collect(), time: 0, intervalMs: 1, collectMs: 0 });
      if (encoded.problems.length > 0) throw new Error(encoded.problems.join('; '));
      return encoded.snapshot;
    },
  };
}

/** Without start times: the twins began at different moments. */
function numbersOf(snapshot: Snapshot) {
  return allNumbers(snapshot).map((one) => ({ ...one, numbers: one.numbers.slice(START + 1) }));
}

/** Bit for bit: 0 is not -0. */
function same(own: ReturnType<typeof numbersOf>, expected: ReturnType<typeof numbersOf>): void {
  for (let i = 0; i < Math.max(own.length, expected.length); i++) {
    if (isDeepStrictEqual(own[i], expected[i])) continue;
    throw new Error(`series ${i}: ${JSON.stringify(own[i])}, expected ${JSON.stringify(expected[i])}`);
  }
}

/**
 * Families that the first collections lack stand in another order, and so do exponential histograms that have moved to a page
 * with more buckets.
 */
function sorted<T extends { readonly family: string; readonly text: string }>(all: readonly T[]): T[] {
  const keyOf = ({ family, text }: T) => (family.includes('exponential') ? `${family} ${text}` : family);
  return [...all].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : Number(keyOf(a) > keyOf(b))));
}

for (const sdk of SDKS) {
  test(`${sdk}: deltas add up to what a cumulative reader collects at the same moments, bit for bit`, async (t) => {
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(recordings, async (sequence) => {
        const deltas = startTwin(sdk, 0);
        const cumulative = startTwin(sdk, 1);
        const starts = new Map<string, number>();
        for (const step of sequence) {
          for (const recording of step) for (const twin of [deltas, cumulative]) twin.record(recording);
          const [own, expected] = [await deltas.snapshot(), await cumulative.snapshot()];
          same(sorted(numbersOf(own)), sorted(numbersOf(expected)));
          for (const { family, text, numbers } of allNumbers(own)) {
            const start = numbers[START] as number;
            if ((starts.get(family + text) ?? start) !== start) throw new Error(`${text} has another start time`);
            starts.set(family + text, start);
            compared++;
          }
        }
      }),
      { numRuns: 60, includeErrorInReport: true },
    );
    t.true(compared > 1000, `${compared} series compared`);
  });
}

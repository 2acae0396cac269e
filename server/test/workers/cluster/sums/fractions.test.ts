/** Sums of fractions depend on the order of addition: no change of order may show as a reset. */
import test from 'ava';
import * as fc from '../../../../../test/support/properties';
import { withStateFile, type StateFile } from '../state/state-files';
import { counter, histogram, point } from '../../../../../test/core/encoder/collections';
import { at, Cluster, Instance, numbersOf, scalarsOf } from '../merged-instances';

const count = (value: number, start = 1) => counter('c', [point({}, value, at(start))]);

test('a sum of fractions does not get smaller when one of its runs falls silent', async (t) => {
  const cluster = new Cluster();
  const all = [0.1, 0.2, 0.3].map((value, i) => ({ instance: new Instance(i, `${i}`), value }));
  const live = () => Promise.all(all.map(({ instance, value }) => instance.answer(count(value))));
  const sum = scalarsOf(cluster.merge(await live()))['c {}'];
  for (const key of ['0', '1', '2']) {
    const answers = (await live()).filter(({ run }) => run.key !== key);
    t.is(scalarsOf(cluster.merge(answers, [key]))['c {}'], sum, `without ${key}`);
    t.is(scalarsOf(cluster.merge((await live()).reverse()))['c {}'], sum, `${key} again`);
  }
});

const FATE = fc.record({
  what: fc.constantFrom('goes on' as const, 'restarts' as const, 'resets' as const, 'is silent' as const),
  by: fc.constantFrom(0, 0, 0.1, 0.7, 1 / 3, 1e-9, 12_345.678),
});

test('sums of fractions never fall, and stay what they are, whatever becomes of their runs', async (t) => {
  const round = fc.record({ fates: fc.tuple(FATE, FATE, FATE), serverRestarts: fc.boolean() });
  const rounds = fc.array(round, { minLength: 2, maxLength: 30 });
  const holds = fc.asyncProperty(rounds, (all) => withStateFile((file) => live(all, file)));
  await fc.assert(holds, { numRuns: 100 });
  t.pass();
});

interface Round {
  readonly fates: readonly { readonly what: string; readonly by: number }[];
  readonly serverRestarts: boolean;
}

async function live(rounds: readonly Round[], file: StateFile): Promise<void> {
  const cluster = new Cluster();
  const runs = [0, 1, 2].map((slot) => startedAt(slot, 1));
  let total = 0;
  let before = new Map<string, number>();
  for (const [round, { fates, serverRestarts }] of rounds.entries()) {
    const answers = [];
    const silent = [];
    for (const [slot, { what, by }] of fates.entries()) {
      if (what === 'restarts') runs[slot] = startedAt(slot, round + 2);
      const run = runs[slot]!;
      if (what === 'resets') Object.assign(run, { start: round + 2, value: 0, known: 0 });
      run.value += by;
      if (what === 'is silent') {
        silent.push(run.instance.key);
        continue;
      }
      total += run.value - run.known;
      run.known = run.value;
      answers.push(await run.instance.answer(...metricsOf(run)));
    }
    const part = cluster.absorb(answers, silent).snapshots[0];
    if (part === undefined) continue;
    const sums = sumsOf(part);
    for (const [name, sum] of sums) {
      if (sum < before.get(name)!) throw new Error(`${name} has fallen from ${before.get(name)} to ${sum}`);
      if (!(Math.abs(sum - total) <= 1e-12 * total)) throw new Error(`${name} is ${sum} instead of ${total}`);
    }
    before = sums;
    if (cluster.state === undefined) continue;
    file.add('shop', cluster.state);
    if (!serverRestarts) continue;
    cluster.loseWorker();
    cluster.state = file.reread('shop');
  }
}

interface Run {
  readonly instance: Instance;
  readonly start: number;
  readonly value: number;
}

function startedAt(slot: number, start: number) {
  return { instance: new Instance(slot, `${slot}/${start}`), start, value: 0, known: 0 };
}

function metricsOf({ start, value }: Run): unknown[] {
  const none = { offset: 0, bucketCounts: [] };
  const explicit = { buckets: { boundaries: [], counts: [1] }, count: 1, sum: value };
  const exponential = { scale: 0, zeroCount: 1, positive: none, negative: none, count: 1, sum: value };
  return [
    count(value, start),
    histogram('h', [point({}, explicit, at(start))]),
    histogram('e', [point({}, exponential, at(start))], 1),
  ];
}

/** The only fraction of each family. */
function sumsOf(part: Parameters<typeof numbersOf>[0]): Map<string, number> {
  const numbers = numbersOf(part);
  return new Map(['c', 'h', 'e'].map((name) => [name, numbers.get(`${name} {}`)![name === 'c' ? 0 : 1]!]));
}

test('a histogram that observes negative numbers may fall', async (t) => {
  const cluster = new Cluster();
  const [a, b] = [new Instance(0, 'a'), new Instance(1, 'b')];
  const sum = async (value: number, start: number) => {
    const explicit = (of: number) => ({ buckets: { boundaries: [], counts: [1] }, count: 1, sum: of });
    const answers = [
      await a.answer(histogram('h', [point({}, explicit(value), at(start))])),
      await b.answer(histogram('h', [point({}, explicit(0.25), at(1))])),
    ];
    return numbersOf(cluster.merge(answers)).get('h {}')![1];
  };
  t.is(await sum(3, 1), 3.25);
  t.is(await sum(-2, 2), 1.25, 'a new life of it adds less than nothing');
  t.is(await sum(-8, 3), -6.75);
});

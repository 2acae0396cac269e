/**
 * Arbitrary lives of a cluster beside a plain model of it: instances restart, start their exporter anew, fall silent,
 * are scaled away and come back; their series come, vanish, come back and start anew. At any moment another worker thread
 * may go on, or another server from what was saved.
 */
import test from 'ava';
import * as fc from '../../../../test/support/properties';
import { withStateFile, type StateFile } from './state/state-files';
import { counter, histogram, point } from '../../../../test/core/encoder/collections';
import { at, Cluster, Instance, numbersOf } from './merged-instances';

const SLOTS = 4;

/** A plain model of the cluster's numbers, by the text of a series: the last of each run, and those of ended runs. */
class Model {
  private readonly carried = new Map<string, number>();
  private readonly runs = new Map<string, Map<string, { readonly start: number; readonly value: number }>>();

  observe(run: string, text: string, start: number, value: number): void {
    let last = this.runs.get(run);
    if (last === undefined) this.runs.set(run, (last = new Map<string, { start: number; value: number }>()));
    const before = last.get(text);
    if (before !== undefined && (before.start !== start || before.value > value)) this.carry(text, before.value);
    last.set(text, { start, value });
  }

  endAllBut(runs: ReadonlySet<string>): void {
    for (const [run, last] of this.runs) {
      if (runs.has(run)) continue;
      for (const [text, { value }] of last) this.carry(text, value);
      this.runs.delete(run);
    }
  }

  totals(): Map<string, number> {
    const totals = new Map(this.carried);
    for (const last of this.runs.values()) {
      for (const [text, { value }] of last) totals.set(text, (totals.get(text) ?? 0) + value);
    }
    return totals;
  }

  private carry(text: string, value: number): void {
    this.carried.set(text, (this.carried.get(text) ?? 0) + value);
  }
}

interface Series {
  start: number;
  value: number;
  present: boolean;
}

/** A process: its series by id, as an SDK keeps them. */
class Process {
  readonly instance: Instance;
  readonly series = new Map<number, Series>();

  constructor(
    slot: number,
    readonly key: string,
    private readonly now: () => number,
  ) {
    this.instance = new Instance(slot, key);
  }

  count(id: number, by: number): void {
    const one = this.series.get(id);
    if (one === undefined) this.series.set(id, { start: this.now(), value: by, present: true });
    else {
      one.value += by;
      one.present = true;
    }
  }

  /** Counters, and histograms of twice the observations: half of them in each bucket. */
  metrics(reversed: boolean): unknown[] {
    const present = [...this.series].filter(([, one]) => one.present);
    if (reversed) present.reverse();
    return [
      counter(
        'c',
        present.map(([id, { start, value }]) => point(reversed ? { z: 1, id } : { id, z: 1 }, value, at(start))),
      ),
      histogram(
        'h',
        present.map(([id, { start, value }]) =>
          point(
            { id },
            { buckets: { boundaries: [1], counts: [value, value] }, count: 2 * value, sum: value },
            at(start),
          ),
        ),
      ),
    ];
  }
}

const ids = fc.nat({ max: 9 });
const happening = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('count' as const), ids: fc.array(ids, { maxLength: 6 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('vanish' as const, 'reset' as const, 'fall' as const),
      ids: fc.array(ids, { maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom('restart' as const, 'reload' as const, 'silence' as const, 'stop' as const),
      ids: fc.constant<number[]>([]),
    }),
  },
);
const round = fc.record({
  slots: fc.array(fc.tuple(happening, fc.boolean()), { minLength: SLOTS, maxLength: SLOTS }),
  then: fc.oneof(
    { weight: 4, arbitrary: fc.constant('nothing' as const) },
    {
      weight: 3,
      arbitrary: fc.constantFrom(
        'loseWorker' as const,
        'switchWorker' as const,
        'repeat' as const,
        'restartServer' as const,
      ),
    },
  ),
});

async function live(rounds: readonly (typeof round extends fc.Arbitrary<infer T> ? T : never)[], file: StateFile) {
  const cluster = new Cluster({ reuses: true });
  const model = new Model();
  const slots: (Process | undefined)[] = Array.from({ length: SLOTS });
  let clock = 0;
  let before = new Map<string, number[]>();
  const now = () => ++clock;
  for (const { slots: happenings, then } of rounds) {
    const answers = [];
    const silent: string[] = [];
    for (const [slot, [{ kind, ids: some }, reversed]] of happenings.entries()) {
      if (kind === 'stop') slots[slot] = undefined;
      else if (kind === 'restart' || slots[slot] === undefined)
        slots[slot] = new Process(slot, `${slot}/${now()}`, now);
      const process = slots[slot];
      if (process === undefined) continue;
      if (kind === 'silence') {
        silent.push(process.key);
        continue;
      }
      if (kind === 'reload') process.instance.reload();
      if (kind === 'count' || kind === 'restart') for (const id of some) process.count(id, 1 + (clock % 3));
      for (const id of some) {
        const one = process.series.get(id);
        if (one === undefined) continue;
        if (kind === 'vanish') one.present = false;
        if (kind === 'reset') Object.assign(one, { start: now(), value: 1 });
        if (kind === 'fall') one.value = Math.floor(one.value / 2);
      }
      answers.push(await process.instance.answer(...process.metrics(reversed)));
      for (const [id, { present, start, value }] of process.series) {
        if (present) model.observe(process.key, String(id), start, value);
      }
    }
    model.endAllBut(new Set(slots.flatMap((process) => process?.key ?? [])));
    const given = cluster.state;
    let { snapshots, warnings } = cluster.absorb(answers, silent);
    if (then === 'repeat') {
      // The result was lost: the main thread and the other workers go on as if there had been no such round.
      cluster.state = given;
      ({ snapshots, warnings } = cluster.absorb(answers, silent));
    }
    same(warnings, [], 'warnings');
    const numbers = new Map(snapshots.flatMap((part) => [...numbersOf(part)]));
    const totals = model.totals();
    same(numbers.size, 2 * totals.size, 'number of series');
    for (const [text, total] of totals) {
      const value = numbers.get(`c {"id":${text},"z":1}`) ?? numbers.get(`c {"z":1,"id":${text}}`);
      same(value, [total], `c ${text}`);
      same(numbers.get(`h {"id":${text}}`), [2 * total, total, 0, 0, total, total], `h ${text}`);
    }
    for (const [text, old] of before) {
      const fallen = old.some((value, i) => !((numbers.get(text)?.[i] as number) >= value));
      if (fallen) throw new Error(`${text} has fallen from ${old.join()} to ${numbers.get(text)?.join()}`);
    }
    const order = (of: typeof numbers, name: string) => [...of.keys()].filter((text) => text.startsWith(name));
    for (const name of ['c', 'h'])
      same(order(numbers, name).slice(0, order(before, name).length), order(before, name), 'order');
    before = numbers;
    if (then === 'switchWorker') cluster.switchWorker();
    if (then === 'loseWorker' || then === 'restartServer') cluster.loseWorker();
    if (cluster.state !== undefined) file.add('shop', cluster.state);
    if (then === 'restartServer' && cluster.state !== undefined) cluster.state = file.reread('shop');
  }
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, not ${a}`);
}

test('whatever happens to instances, their sums are those of a plain model, and never fall', async (t) => {
  const rounds = fc.array(round, { minLength: 2, maxLength: 14 });
  const holds = fc.asyncProperty(rounds, (all) => withStateFile((file) => live(all, file)));
  await fc.assert(holds, { numRuns: 50 });
  t.pass();
});

test('sums stay right where series come and go for so long that instances pack their series anew', async (t) => {
  const cluster = new Cluster();
  const model = new Model();
  const [one, other] = [0, 1].map((slot) => new Process(slot, `run ${slot}`, () => 1)) as [Process, Process];
  let first: number | undefined;
  for (let step = 0; step < 40; step++) {
    const answers = [];
    for (const process of [one, other]) {
      for (let id = 0; id < 40; id++) process.count(step * 30 + id, 1);
      for (const [id, series] of process.series) if (id < step * 30 - 10) series.present = false;
      answers.push(await process.instance.answer(...process.metrics(false)));
      for (const [id, { present, start, value }] of process.series) {
        if (present) model.observe(process.key, String(id), start, value);
      }
    }
    const numbers = numbersOf(cluster.merge(answers));
    for (const [text, total] of model.totals()) same(numbers.get(`c {"id":${text},"z":1}`), [total], `c ${text}`);
    // Few pages, although each round has brought some series.
    const pages = cluster.state!.scopes.flatMap(({ families }) => families.map((family) => family.pages.length));
    t.true(Math.max(...pages) <= 18, pages.join());
    first ??= answers[0]?.snapshot.scopes[0]?.families[0]?.pages[0]?.page.id;
    if (step === 39) t.not(answers[0]?.snapshot.scopes[0]?.families[0]?.pages[0]?.page.id, first, 'packed anew');
  }
});

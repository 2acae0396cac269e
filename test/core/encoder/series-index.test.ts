import test from 'ava';
import * as fc from '../../support/properties';
import { SeriesIndex } from '../../../core/encoder/series/series-index';
import { Slicer } from '../../../core/slicer';

const HASHES: readonly ((key: number) => number)[] = [
  () => 0, // All of them collide.
  (key) => key % 3,
  (key) => (key % 2 === 0 ? -1 : 2 ** 31 - 1),
  (key) => Math.imul(key, 0x9e3779b1),
];

type Step =
  | { readonly kind: 'add' | 'move'; readonly key: number; readonly slot: number }
  | { readonly kind: 'reserve'; readonly more: number };

const KEY = fc.nat({ max: 60 });
const NO_SLOT = 2 ** 30;
const SLOT = fc.nat({ max: NO_SLOT - 1 });
const STEPS = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), key: KEY, slot: SLOT }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), key: KEY, slot: SLOT }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reserve' as const), more: fc.nat({ max: 200 }) }) },
  ),
  { maxLength: 150 },
);

/** @returns the first slot of that hash which is accepted, or -1 */
function find(index: SeriesIndex, hash: number, accepts: (slot: number) => boolean): number {
  for (let entry = index.first(hash); entry >= 0; entry = index.next(hash, entry)) {
    const slot = index.slotOf(entry);
    if (accepts(slot)) return slot;
  }
  return -1;
}

/** The index beside a Map, which it has to agree with after each step. */
class Model {
  readonly index = new SeriesIndex();
  readonly slots = new Map<number, number>();
  private readonly keys = new Map<number, number>();
  private readonly slicer = new Slicer(0);

  constructor(private readonly hashOf: (key: number) => number) {}

  find(key: number): number {
    return find(this.index, this.hashOf(key), (slot) => this.keys.get(slot) === key);
  }

  has(key: number, slot: number): boolean {
    return this.index.has(this.hashOf(key), slot);
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'reserve') return this.slicer.run(this.index.reserve(this.slots.size + step.more));
    const { kind, key, slot } = step;
    const known = this.slots.get(key);
    if (this.keys.has(slot) || (kind === 'add') !== (known === undefined)) return;
    if (known === undefined) this.index.add(this.hashOf(key), slot);
    else this.index.replace(this.hashOf(key), known, slot);
    if (known !== undefined) this.keys.delete(known);
    this.slots.set(key, slot);
    this.keys.set(slot, key);
  }
}

for (const [i, hashOf] of HASHES.entries()) {
  test(`the index finds what a Map finds, whatever collides (${i})`, async (t) => {
    await fc.assert(
      fc.asyncProperty(STEPS, async (steps) => {
        const model = new Model(hashOf);
        for (const step of steps) await model.take(step);
        for (let key = 0; key <= 60; key++) {
          const slot = model.slots.get(key);
          t.is(model.find(key), slot ?? -1);
          if (slot !== undefined) t.true(model.has(key, slot));
          t.false(model.has(key, NO_SLOT));
        }
      }),
      { numRuns: 100 },
    );
  });
}

test('the index grows in slices, and loses no series', async (t) => {
  const model = new Model((key) => Math.imul(key, 0x9e3779b1));
  for (let key = 0; key < 20_000; key++) await model.take({ kind: 'add', key, slot: key });
  let turns = 0;
  const turn = setInterval(() => turns++, 0);
  await model.take({ kind: 'reserve', more: 1_000_000 });
  clearInterval(turn);
  t.true(turns > 0);
  for (let key = 0; key < 20_000; key++) if (model.find(key) !== key) t.fail(`${key} is lost`);
});

test('of several series of one content those are found that are accepted, one after the other', (t) => {
  const index = new SeriesIndex();
  const slots = [5, 3, 8, 1];
  for (const slot of slots) index.add(7, slot);
  const claimed = new Set<number>();
  for (;;) {
    const slot = find(index, 7, (one) => !claimed.has(one));
    if (slot < 0) break;
    claimed.add(slot);
  }
  t.deepEqual([...claimed].sort(), [...slots].sort());
});

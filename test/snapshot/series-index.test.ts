import test from 'ava';
import * as fc from 'fast-check';
import { SeriesIndex, type Texts } from '../../src/snapshot/series-index';
import { SeriesText } from '../../src/snapshot/series-text';
import { Slicer } from '../../src/snapshot/slicer';

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
const SLOT = fc.nat({ max: 2 ** 30 });
const STEPS = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), key: KEY, slot: SLOT }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), key: KEY, slot: SLOT }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reserve' as const), more: fc.nat({ max: 200 }) }) },
  ),
  { maxLength: 150 },
);

/** The index beside a Map, which it has to agree with after each step. */
class Model implements Texts {
  readonly index = new SeriesIndex();
  readonly slots = new Map<number, number>();
  private readonly keys = new Map<number, number>();
  private readonly slicer = new Slicer(0);
  private readonly text = new SeriesText();

  constructor(private readonly hashOf: (key: number) => number) {}

  has(slot: number, { bytes, length }: SeriesText): boolean {
    return String(this.keys.get(slot)) === bytes.toString('utf8', 0, length);
  }

  find(key: number): number {
    this.text.setBytes(Buffer.from(String(key)));
    this.text.hash = this.hashOf(key);
    return this.index.find(this.text, this);
  }

  async take(step: Step): Promise<void> {
    if (step.kind === 'reserve') return this.index.reserve(step.more, this.slicer);
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
        for (let key = 0; key <= 60; key++) t.is(model.find(key), model.slots.get(key) ?? -1);
      }),
      { numRuns: 100 },
    );
  });
}

test('room is made in slices, and nothing is lost by it', async (t) => {
  const model = new Model((key) => Math.imul(key, 0x9e3779b1));
  for (let key = 0; key < 20_000; key++) await model.take({ kind: 'add', key, slot: key });
  let turns = 0;
  const turn = setInterval(() => turns++, 0);
  await model.take({ kind: 'reserve', more: 1_000_000 });
  clearInterval(turn);
  t.true(turns > 0);
  for (let key = 0; key < 20_000; key++) if (model.find(key) !== key) t.fail(`${key} is lost`);
});

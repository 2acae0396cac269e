import test from 'ava';
import * as fc from '../../../../test/support/properties';
import type { Layout, Page } from '../../../../core/snapshot';
import { numberText } from '../../../workers/text/lines/digits';
import { PageText } from '../../../workers/text/page-text';
import { Collected } from '../../../../test/support/collected-text';

const BUCKETS = 3;
const HISTOGRAM: Layout = { kind: 'histogram', bounds: [1, 2], buckets: BUCKETS, sum: true, min: false, max: false };
const NUMBER = fc.oneof(
  fc.nat({ max: 9 }),
  fc.nat({ max: 12_000 }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.1, 1e21, -1e15, 999_999_999, 1_000_000_000),
  fc.double(),
);

/** The page's text, and the same made from scratch. */
class Model {
  readonly values: Float64Array;
  readonly page: PageText;
  private readonly stride: number;

  constructor(
    size: number,
    private readonly layout: Layout,
  ) {
    this.stride = layout.kind === 'scalar' ? 2 : 5 + BUCKETS;
    this.values = new Float64Array(size * this.stride);
    const page: Page = { id: 1, layout, size, attributes: new Uint8Array() };
    this.page = new PageText(page, this.lines(0, size));
  }

  lines(from: number, to: number): string {
    let text = '';
    for (let index = from; index < to; index++) {
      const at = index * this.stride;
      const label = `{l="ä${index}"}`;
      if (this.layout.kind === 'scalar') text += `c${label} ${numberText(this.values[at + 1] as number)}\n`;
      else {
        text += `h_count${label} ${numberText(this.values[at + 1] as number)}\n`;
        text += `h_sum${label} ${numberText(this.values[at + 2] as number)}\n`;
        let sum = 0;
        for (let i = 0; i < BUCKETS; i++) {
          sum += this.values[at + 5 + i] as number;
          text += `h_bucket${label} ${numberText(sum)}\n`;
        }
      }
    }
    return text;
  }

  said(from: number, to: number): string {
    const out = new Collected();
    this.page.writeTo(out, from, to);
    return out.text;
  }
}

const ROUND = fc.array(fc.tuple(fc.nat(), NUMBER), { maxLength: 40 });

for (const layout of [{ kind: 'scalar' }, HISTOGRAM] as const) {
  test(`whatever changes, and how often, the text of a page is that of its numbers: ${layout.kind}`, (t) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.array(ROUND, { maxLength: 25 }),
        fc.nat(),
        (size, rounds, cut) => {
          const model = new Model(size, layout);
          for (const round of rounds) {
            for (const [at, value] of round) model.values[at % model.values.length] = value;
            model.page.update(model.values, 0);
            t.is(model.said(0, size), model.lines(0, size));
            const from = cut % size;
            const to = from + (cut % (size - from + 1));
            t.is(model.said(from, to), model.lines(from, to));
            t.is(model.page.lengthOf(from, to), Buffer.byteLength(model.lines(from, to)));
          }
        },
      ),
      { numRuns: 300 },
    );
  });
}

for (const layout of [{ kind: 'scalar' }, HISTOGRAM] as const) {
  test(`an update that throws halfway changes neither its page nor the next one: ${layout.kind}`, (t) => {
    const [first, next] = [new Model(20, layout), new Model(20, layout)];
    for (let round = 1; round <= 8; round++) {
      // Other lengths each time, so that numbers wait to be moved.
      for (const { values } of [first, next]) values.forEach((_, i) => (values[i] = (i + 1) * 10 ** round));
      const before = first.said(0, 20);
      let reads = 0;
      const unreadable = new Proxy(first.values, {
        get(values, key) {
          if (typeof key === 'string' && /^\d+$/.test(key) && ++reads > 15) throw new RangeError('no such memory');
          return Reflect.get(values, key, values) as unknown;
        },
      });
      t.throws(() => first.page.update(unreadable, 0), { message: 'no such memory' });
      t.is(first.said(0, 20), before);
      next.page.update(next.values, 0);
      t.is(next.said(0, 20), next.lines(0, 20));
      first.page.update(first.values, 0);
      t.is(first.said(0, 20), first.lines(0, 20));
    }
  });
}

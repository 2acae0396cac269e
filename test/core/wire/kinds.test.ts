/** Bounds of summaries, exemplars and rules in the wire form. */
import test from 'ava';
import { decodeSnapshot, WireError } from '../../../core/wire/decode';
import { encodeSnapshot } from '../../../core/wire/encode';
import { deflated, inflated, sample } from './payloads';

interface Header {
  readonly scopes: { families: Record<string, unknown>[] }[];
  readonly pages: { layout: Record<string, unknown> }[];
}

async function altered(change: (families: Record<string, unknown>[], pages: Header['pages']) => void): Promise<string> {
  const { header, rest } = inflated(encodeSnapshot(await sample(), []));
  const { scopes, pages } = header as Header;
  change(scopes[0]!.families, pages);
  return deflated(header, rest);
}

test('exemplars, quantiles and rules that are none are malformed', async (t) => {
  const good = [0, 0, 1, null, {}];
  const exemplars = [
    ['x', [['x']]],
    ['of a series that is not there', [[5000, 0, 1, null, {}]]],
    ['of a slot that is too large', [[2 ** 32, 0, 1, null, {}]]],
    ['of a bucket that is not there', [[0, 1, 1, null, {}]]],
    ['twice', [good, good]],
    ['without a value', [[0, 0, 'NaN', null, {}]]],
    ['of a negative time', [[0, 0, 1, -1, {}]]],
    ['of a label that is no text', [[0, 0, 1, null, { a: 1 }]]],
    ['of labels that are too long', [[0, 0, 1, null, { a: 'x'.repeat(128) }]]],
    ['too many', Array.from({ length: 10_001 }, () => good)],
  ] as const;
  for (const [what, odd] of exemplars) {
    const payload = await altered(([counter]) => void (counter!['exemplars'] = odd));
    t.throws(() => decodeSnapshot(payload), { instanceOf: WireError, code: 'MALFORMED' }, what);
  }
  const ofSummary = await altered((families) => void (families.at(-1)!['exemplars'] = [good]));
  t.throws(() => decodeSnapshot(ofSummary), { instanceOf: WireError, message: /another kind/ });
  const rule = await altered((families) => void (families[0]!['aggregator'] = 'avg'));
  t.throws(() => decodeSnapshot(rule), { instanceOf: WireError, message: /aggregator/ });
  for (const quantiles of [[0.9, 0.5], [0.5, 0.5], [-0.1, 1], [0.5, 1.1], [0.5, null], 5]) {
    const payload = await altered((_, pages) => {
      for (const { layout } of pages) if (layout['kind'] === 'summary') layout['quantiles'] = quantiles;
    });
    t.throws(() => decodeSnapshot(payload), { instanceOf: WireError }, JSON.stringify(quantiles));
  }
});

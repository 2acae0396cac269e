import test from 'ava';
import * as fc from '../../support/properties';
import { attributesText } from '../../../core/encoder/series/attributes';
import { collected, counter, point } from './collections';
import { render, SERIALIZERS } from '../../support/rendered';

const ANYTHING = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
});

test('whatever attributes are, their text is a JSON object on one line with the same keys in the same order', (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.dictionary(fc.string(), ANYTHING), ANYTHING), (attributes) => {
      const text = attributesText(attributes);
      const parsed = JSON.parse(text) as object;
      const keys = typeof attributes === 'object' && attributes !== null ? Object.keys(attributes) : [];
      t.false(text.includes('\n'));
      t.is(text[0], '{');
      t.deepEqual(Object.keys(parsed), keys);
    }),
    { numRuns: 2000 },
  );
});

test('what the text says is rendered as the attributes themselves, where these can be rendered at all', (t) => {
  const serializer = SERIALIZERS[1] as string;
  const labels = (attributes: unknown) =>
    render(serializer, collected(counter('c', [point(attributes as never, 1)])).data);
  let rendered = 0;
  fc.assert(
    fc.property(fc.dictionary(fc.string(), ANYTHING, { noNullPrototype: true }), (attributes) => {
      let expected: string;
      try {
        expected = labels(attributes);
      } catch {
        return;
      }
      rendered++;
      t.is(labels(JSON.parse(attributesText(attributes))), expected);
    }),
    { numRuns: 1000 },
  );
  t.true(rendered > 300, `${rendered}`);
});

test('what cannot be rendered becomes a string that can', (t) => {
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const hostile = {
    toJSON() {
      throw new Error('no');
    },
    toString() {
      throw new Error('no');
    },
  };
  const attributes = {
    n: 10n,
    f: test,
    s: Symbol('a'),
    u: undefined,
    cycle,
    hostile,
    d: new Date(0),
    a: [undefined, NaN],
  };
  t.deepEqual(JSON.parse(attributesText({ ...attributes, f: 'x' })), {
    n: '10',
    f: 'x',
    s: '[object Symbol]',
    u: '',
    cycle: '[object Object]',
    hostile: '[object Object]',
    d: '"1970-01-01T00:00:00.000Z"',
    a: [null, null],
  });
  t.is(typeof (JSON.parse(attributesText(attributes)) as { f: unknown }).f, 'string');
});

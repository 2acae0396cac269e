import test from 'ava';
import * as fc from 'fast-check';
import { attributesText } from '../../src/snapshot/attributes';
import { SeriesText } from '../../src/snapshot/series-text';

const VALUE = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.anything({ withBigInt: true, withDate: true }),
);
const ATTRIBUTES = fc.oneof(
  fc.dictionary(fc.string(), VALUE),
  fc.dictionary(fc.string({ unit: 'binary' }), VALUE),
  fc.tuple(fc.constantFrom('a', 'ä', '"', '\u001f'), fc.nat({ max: 20_000 })).map(([c, n]) => ({ long: c.repeat(n) })),
);

test("a text is the attributes' text, also as bytes, however long, and whatever was there before", (t) => {
  const one = new SeriesText();
  const other = new SeriesText();
  fc.assert(
    fc.property(ATTRIBUTES, ATTRIBUTES, (before, attributes) => {
      const a = attributesText(attributes);
      const b = attributesText(before);
      const bytes = Buffer.from(a);
      one.set(before);
      one.set(attributes);
      other.setBytes(bytes);
      t.is(one.hash, other.hash);
      t.true(one.equals(bytes, 0, bytes.length));
      t.is(one.bytes.toString('utf8', 0, one.length), a);
      const both = Buffer.from(`${b}\n${a}\n`);
      const start = Buffer.byteLength(b) + 1;
      t.true(one.equals(both, start, start + bytes.length));
      t.is(one.equals(both, 0, start - 1), a === b);
    }),
    { numRuns: 1000 },
  );
});

test('a text made longer is another text of the same meaning, again and again', (t) => {
  const text = new SeriesText();
  text.set({ a: 'ä' });
  const hashes = new Set([text.hash]);
  for (let i = 1; i < 5000; i++) {
    text.lengthen();
    hashes.add(text.hash);
  }
  const said = text.bytes.toString('utf8', 0, text.length);
  t.deepEqual(JSON.parse(said), { a: 'ä' });
  const again = new SeriesText();
  again.setBytes(Buffer.from(said));
  t.is(again.hash, text.hash);
  t.true(hashes.size > 4900);
});

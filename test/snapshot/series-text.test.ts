import test from 'ava';
import * as fc from 'fast-check';
import { SeriesText } from '../../src/snapshot/series-text';

const TEXT = fc.oneof(
  fc.dictionary(fc.string(), fc.string({ unit: 'binary' })).map((attributes) => JSON.stringify(attributes)),
  fc.integer({ min: 0, max: 20_000 }).map((length) => `{"long":"${'ä'.repeat(length)}"}`),
);

test('a text is the same as text and as bytes, however long, and whatever was there before', (t) => {
  const one = new SeriesText();
  const other = new SeriesText();
  fc.assert(
    fc.property(TEXT, TEXT, (a, b) => {
      const bytes = Buffer.from(a);
      one.set(b);
      one.set(a);
      other.setBytes(bytes);
      t.is(one.hash, other.hash);
      t.true(one.equals(bytes, 0, bytes.length));
      t.is(one.bytes.toString('utf8', 0, one.length), a);
      const both = Buffer.from(`${b}\n${a}\n`);
      const start = Buffer.byteLength(b) + 1;
      t.true(one.equals(both, start, start + bytes.length));
      t.is(one.equals(both, 0, start - 1), a === b);
    }),
  );
});

test('a text made longer is another text of the same meaning, again and again', (t) => {
  const text = new SeriesText();
  text.set('{"a":"ä"}');
  const hashes = new Set([text.hash]);
  for (let i = 1; i < 5000; i++) {
    text.lengthen();
    hashes.add(text.hash);
  }
  const said = text.bytes.toString('utf8', 0, text.length);
  t.deepEqual(JSON.parse(said), { a: 'ä' });
  const again = new SeriesText();
  again.set(said);
  t.is(again.hash, text.hash);
  t.true(hashes.size > 4900);
});

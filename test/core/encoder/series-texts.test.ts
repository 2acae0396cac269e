import test from 'ava';
import * as fc from '../../support/properties';
import { attributesText } from '../../../core/encoder/series/attributes';
import { dataOf } from '../../../core/bytes';
import { SeriesTexts } from '../../../core/encoder/series/series-texts';
import { hashOf, isSameText } from '../../../core/encoder/series/text-hash';

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

test("texts are the attributes' texts one behind the other, however long, and whatever was there before", (t) => {
  const texts = new SeriesTexts();
  fc.assert(
    fc.property(fc.array(ATTRIBUTES, { maxLength: 4 }), (all) => {
      texts.clear();
      for (const [i, attributes] of all.entries()) {
        if (i % 2 === 0) texts.append(attributes);
        else {
          const bytes = Buffer.from(`, ${attributesText(attributes)},`);
          texts.appendText(bytes, 2, bytes.length - 1);
        }
        texts.appendLineFeed();
      }
      t.is(texts.bytes.toString('utf8', 0, texts.length), all.map((one) => `${attributesText(one)}\n`).join(''));
    }),
    { numRuns: 1000 },
  );
});

test('texts are the same, and have one hash, wherever they stand', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (a, b, before) => {
      const one = Buffer.from(`${a} `);
      const from = Buffer.byteLength(before);
      const other = Buffer.from(`${before}${b}${before}`);
      const end = from + Buffer.byteLength(b);
      t.is(isSameText(one, 0, one.length - 1, other, from, end), Buffer.from(a).equals(Buffer.from(b)));
      const again = Buffer.from(`${before}${a}`);
      t.is(hashOf(dataOf(one), 0, one.length - 1), hashOf(dataOf(again), from, again.length));
    }),
  );
});

test('a hash is MurmurHash3', (t) => {
  // As published, and as other implementations test it.
  const known = [
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['test', 0, 0xba6bd213],
    ['Hello, world!', 0, 0xc0363e43],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ] as const;
  for (const [text, seed, expected] of known) {
    const bytes = Buffer.from(`.${text}.`);
    t.is(hashOf(dataOf(bytes), 1, bytes.length - 1, seed) >>> 0, expected);
  }
});

test('hashes of texts that are alike are different ones', (t) => {
  const hashes = new Set<number>();
  for (let i = 0; i < 10_000; i++) {
    const bytes = Buffer.from(`{"id":${i}}`);
    hashes.add(hashOf(dataOf(bytes), 0, bytes.length));
  }
  t.true(hashes.size > 9990, `${hashes.size}`);
});

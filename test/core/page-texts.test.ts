import test from 'ava';
import type { Page } from '../../core/snapshot';
import { attributesOf, textsOf } from '../../core/page-texts';

function pageOf(text: string, size: number): Page {
  return { id: 7, layout: { kind: 'scalar' }, size, attributes: Buffer.from(text) };
}

test('a page has one text per series, whatever characters are in it', (t) => {
  const page = pageOf('{"a":"line\\nfeed ä"}\n{}\n', 2);
  t.deepEqual(textsOf(page), ['{"a":"line\\nfeed ä"}', '{}']);
  t.deepEqual(attributesOf(page), [{ a: 'line\nfeed ä' }, {}]);
});

test('a page whose text does not fit its size is an error that names it', (t) => {
  for (const [text, size] of [
    ['{}\n', 2],
    ['{}\n{}\n', 1],
    ['', 1],
  ] as const) {
    t.throws(() => textsOf(pageOf(text, size)), { instanceOf: RangeError, message: /^page 7 has \d series, not \d$/ });
  }
  t.throws(() => textsOf(pageOf('{}\n{}', 2)), { instanceOf: RangeError, message: 'page 7 ends within a text' });
});

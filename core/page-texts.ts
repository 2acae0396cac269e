/** Reads what a page says about its series: one JSON text per series, each ended by a line feed. */
import type { Attributes } from './otel';
import type { Page } from './snapshot';

const LINE_FEED = 0x0a;

/**
 * The JSON texts of the attributes of a page's series, in their order on the page.
 *
 * @throws RangeError if the page has another number of texts than series
 */
export function textsOf({ attributes, size, id }: Page): string[] {
  const { buffer, byteOffset, byteLength } = attributes;
  const texts = Buffer.from(buffer, byteOffset, byteLength).toString('utf8').split('\n');
  // The last text ends with a line feed too, so that an empty piece is left.
  const rest = texts.pop();
  if (rest !== '') throw new RangeError(`page ${id} ends within a text`);
  if (texts.length !== size) {
    throw new RangeError(`page ${id} has ${texts.length} series, not ${size}`);
  }
  return texts;
}

/**
 * Where each text of a page begins in the page's bytes, and behind the last one where another would begin.
 *
 * @throws RangeError as {@link textsOf}
 */
export function startsOf({ attributes, size, id }: Page): Int32Array {
  const starts = new Int32Array(size + 1);
  let count = 0;
  for (let end = 0; end < attributes.length;) {
    end = attributes.indexOf(LINE_FEED, end) + 1;
    if (end === 0) throw new RangeError(`page ${id} ends within a text`);
    if (++count <= size) starts[count] = end;
  }
  if (count !== size) throw new RangeError(`page ${id} has ${count} series, not ${size}`);
  return starts;
}

/** The attributes of a page's series. @throws RangeError as {@link textsOf} */
export function attributesOf(page: Page): Attributes[] {
  return parseTexts(textsOf(page));
}

/** Parsed at once, which is faster than one by one. */
function parseTexts(texts: readonly string[]): Attributes[] {
  return JSON.parse(`[${texts.join(',')}]`) as Attributes[];
}

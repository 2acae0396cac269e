/** Attribute sets as texts: which of them mean the same, and with one label more. */
import type { Page } from '../../../core/snapshot';

export function textsOf({ attributes, size, id }: Page): string[] {
  const { buffer, byteOffset, byteLength } = attributes;
  const texts = Buffer.from(buffer, byteOffset, byteLength).toString('utf8').split('\n');
  texts.pop(); // what follows the last line feed
  if (texts.length !== size) throw new RangeError(`page ${id} has ${texts.length} series, not ${size}`);
  return texts;
}

/** One text for all orders of the attributes. */
export function canonical(text: string): string {
  const attributes = JSON.parse(text) as Record<string, unknown>;
  const sorted = Object.fromEntries(
    Object.keys(attributes)
      .sort()
      .map((key) => [key, attributes[key]]),
  );
  return JSON.stringify(sorted);
}

const BOUNDS = 'bounds';

/** The same attributes and the label `bounds`, behind them. */
export function withBounds(text: string, bounds: string): string {
  const end = text.lastIndexOf('}');
  const attributes = text.slice(1, end);
  let name = BOUNDS;
  while (attributes.includes(`"${name}"`)) name += '_';
  return `{${attributes}${attributes === '' ? '' : ','}"${name}":${JSON.stringify(bounds)}${text.slice(end)}`;
}

/** JSON texts of attribute sets: which of them mean the same, and with a label added. */
/** The text with the attributes sorted by name: the same text for all orders of the same attributes. */
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

/** The text with the label `bounds` behind the attributes. It gets `_` appended if there is such an attribute. */
export function withBounds(text: string, bounds: string): string {
  const end = text.lastIndexOf('}');
  const attributes = text.slice(1, end);
  let name = BOUNDS;
  while (attributes.includes(`"${name}"`)) name += '_';
  return `{${attributes}${attributes === '' ? '' : ','}"${name}":${JSON.stringify(bounds)}${text.slice(end)}`;
}

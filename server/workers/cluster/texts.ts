/** Attribute sets as texts: which of them mean the same, and with one label more. */
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

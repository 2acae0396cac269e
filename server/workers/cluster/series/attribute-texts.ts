/** JSON texts of attribute sets: which of them mean the same. */

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

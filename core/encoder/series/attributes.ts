/** The JSON text of an attribute set: what tells series apart, and what a page holds. */

/**
 * The text keeps the order of the keys, since labels are rendered in that order. It has no line feed. Where the official
 * serializer shows a value in another way than JSON does, the text has what the serializer shows: `undefined` is an empty
 * string. A value that makes JSON throw (BigInt, functions, cycles) becomes a string.
 */
export function attributesText(attributes: unknown): string {
  if (typeof attributes !== 'object' || attributes === null) return '{}';
  const record = attributes as Record<string, unknown>;
  for (const key in record) {
    const value = record[key];
    const type = typeof value;
    if (type !== 'string' && type !== 'number' && type !== 'boolean') return carefulText(record);
  }
  const text = JSON.stringify(record);
  // An array, or an object with a `toJSON` of its own, such as a date.
  return text.startsWith('{') ? text : carefulText(record);
}

function carefulText(record: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(record)) parts.push(`${JSON.stringify(key)}:${attributeText(value)}`);
  return `{${parts.join(',')}}`;
}

/** The JSON text of one attribute's value. It may be anything. */
export function attributeText(value: unknown): string {
  if (value === undefined) return '""';
  try {
    const text = JSON.stringify(value) as string | undefined;
    // An object that becomes a string by its `toJSON`, such as a date, is shown with the quotes of that string.
    if (text !== undefined) return text.startsWith('"') && typeof value !== 'string' ? JSON.stringify(text) : text;
  } catch {
    // JSON has no text for it: its type is shown instead.
  }
  return JSON.stringify(typeof value === 'bigint' ? value.toString() : Object.prototype.toString.call(value));
}

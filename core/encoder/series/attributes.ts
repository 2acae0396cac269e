/** The JSON text of an attribute set: what tells series apart, and what a page holds. */

/**
 * The text keeps the order of the keys, since that is the order in which labels are rendered. It has no line
 * feed. Whatever the official serializer would show as something else than JSON does is made what it shows:
 * `undefined` is an empty string. What would make it throw (BigInt, functions, cycles) becomes a string.
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
  // An array, or what makes something else of itself for JSON, such as a date.
  return text.startsWith('{') ? text : carefulText(record);
}

function carefulText(record: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(record)) parts.push(`${JSON.stringify(key)}:${valueText(value)}`);
  return `{${parts.join(',')}}`;
}

function valueText(value: unknown): string {
  if (value === undefined) return '""';
  try {
    const text = JSON.stringify(value) as string | undefined;
    // What makes a string of itself for JSON, such as a date, is shown with the quotes of that.
    if (text !== undefined) return text.startsWith('"') && typeof value !== 'string' ? JSON.stringify(text) : text;
  } catch {
    // Told by what it is instead.
  }
  return JSON.stringify(typeof value === 'bigint' ? value.toString() : Object.prototype.toString.call(value));
}

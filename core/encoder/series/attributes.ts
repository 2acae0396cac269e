/** The JSON text of an attribute set: what tells series apart, and what a page holds. */
import { MAX_DEPTH, MAX_SERIES_CHARS } from '../../snapshot';
import { isShallow } from '../../values';

/**
 * The text keeps the order of the keys, since labels are rendered in that order. It has no line feed. Where the official
 * serializer shows a value in another way than JSON does, the text has what the serializer shows: `undefined` is an empty
 * string. A value for which JSON throws or has no text (BigInt, cycles, functions) becomes a string, and so does one that
 * nests too deep.
 *
 * @throws TypeError if the text is too long for a page
 */
export function attributesText(attributes: unknown): string {
  if (typeof attributes !== 'object' || attributes === null) return '{}';
  const text = textOf(attributes as Record<string, unknown>);
  if (text.length <= MAX_SERIES_CHARS) return text;
  throw new TypeError(`attributes have ${text.length} characters, at most ${MAX_SERIES_CHARS} are allowed`);
}

function textOf(record: Record<string, unknown>): string {
  for (const key in record) {
    const value = record[key];
    const type = typeof value;
    if (type !== 'string' && type !== 'number' && type !== 'boolean') return carefulText(record);
  }
  // Such as a date: its own fields count, and not its `toJSON`.
  if (Array.isArray(record) || typeof record['toJSON'] === 'function') return carefulText(record);
  return JSON.stringify(record);
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
    if (text !== undefined && nestsTooDeep(text)) return JSON.stringify(Object.prototype.toString.call(value));
    if (text !== undefined) return text.startsWith('"') && typeof value !== 'string' ? JSON.stringify(text) : text;
  } catch {
    // JSON has no text for it: its type is shown instead.
  }
  return JSON.stringify(typeof value === 'bigint' ? value.toString() : Object.prototype.toString.call(value));
}

/** Within an attribute set, which is one level itself. */
function nestsTooDeep(text: string): boolean {
  return /^[[{]/.test(text) && !isShallow(JSON.parse(text), MAX_DEPTH - 1);
}

/** Checks of values whose type is not known, and texts for them. Nothing here throws, whatever the value is. */
import { inspect } from 'node:util';

/** Of a text from outside: enough for any sentence, too little to fill a log. */
const MAX_MESSAGE_CHARS = 1000;
const MAX_STACK_CHARS = 4000;
/** An object that is no error is shown in one short line; none of its own code runs for it. */
const SHORT = { depth: 1, maxArrayLength: 5, maxStringLength: 200, breakLength: Infinity, customInspect: false };

/** Whether it is an object with named fields: not `null`, and not an array. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // a revoked proxy
  }
}

/** Whether a value that JSON has made nests no more than so many levels of arrays and objects. */
export function isShallow(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  if (levels === 0) return false;
  for (const key in value) {
    const child = (value as Record<string, unknown>)[key];
    if (typeof child === 'object' && !isShallow(child, levels - 1)) return false;
  }
  return true;
}

/** What a thrown value says, in a sentence. */
export function messageOf(error: unknown): string {
  return cut(textOf(error, 'message') ?? describe(error), MAX_MESSAGE_CHARS);
}

/** What a thrown value says, with the place where it was thrown: for errors that are defects of ours. */
export function stackOf(error: unknown): string {
  return cut(textOf(error, 'stack') ?? messageOf(error), MAX_STACK_CHARS);
}

/** A text from outside for a line of a log: control characters are escaped, and a long text is cut. */
export function printable(text: string, maxChars: number): string {
  return cut(text, maxChars).replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escapeChar);
}

/** @returns `undefined` unless the value has a text by this name that can be read */
function textOf(value: unknown, name: 'message' | 'stack'): string | undefined {
  try {
    if (typeof value !== 'object' && typeof value !== 'function') return undefined;
    const text = (value as Record<string, unknown> | null)?.[name];
    return typeof text === 'string' && text !== '' ? text : undefined;
  } catch {
    return undefined;
  }
}

function describe(value: unknown): string {
  try {
    return typeof value === 'string' ? value : inspect(value, SHORT);
  } catch {
    return `a value of type ${typeof value}`;
  }
}

function cut(text: string, maxChars: number): string {
  return text.length > maxChars ? `${text.slice(0, maxChars - 1)}…` : text;
}

function escapeChar(char: string): string {
  if (char === '\n') return '\\n';
  if (char === '\t') return '\\t';
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** What the value of an option may be. Texts come by flags, environment variables and `pm2 set`, others by JSON. */
import { resolve } from 'node:path';
import type { GaugeMerge, GaugeRule } from '../../protocol/tasks';
import { Secret } from './secret';

export interface Kind<T> {
  /** Ends a sentence that begins with "expected". */
  readonly expected: string;
  /**
   * @param folder what relative paths start from
   * @returns `undefined` where it is not what is expected
   */
  parse(text: string, folder: string): Parsed<T> | undefined;
  /** The same for a value from JSON. */
  accept(value: unknown, folder: string): Parsed<T> | undefined;
  /** What {@link accept} takes, as a JSON schema; paths may be a little stricter. */
  readonly schema: Readonly<Record<string, unknown>>;
  /** Texts of several flags or elements make one value. */
  readonly list?: true;
  /** Is never shown. */
  readonly secret?: true;
  /** A flag without a value. */
  readonly boolean?: true;
}

/** In a box, since `undefined` can be a value: that of a file that is not wanted. */
export interface Parsed<T> {
  readonly value: T;
}

export function text(expected: string, pattern: RegExp): Kind<string> {
  const parse = (value: string) => (pattern.test(value) ? { value } : undefined);
  return { expected, schema: { type: 'string', pattern: pattern.source }, parse, accept: fromString(parse) };
}

export function number(min: number, max: number, { whole }: { readonly whole: boolean }): Kind<number> {
  const accept = (value: unknown): Parsed<number> | undefined => {
    if (typeof value !== 'number' || !(value >= min && value <= max)) return undefined;
    return whole && !Number.isInteger(value) ? undefined : { value };
  };
  return {
    expected: `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`,
    schema: { type: whole ? 'integer' : 'number', minimum: min, maximum: max },
    parse: (value) => (/^\d+(\.\d+)?$/.test(value) ? accept(Number(value)) : undefined),
    accept,
  };
}

export function boolean(): Kind<boolean> {
  return {
    expected: 'true or false',
    schema: { type: 'boolean' },
    boolean: true,
    parse: (value) => (value === 'true' || value === 'false' ? { value: value === 'true' } : undefined),
    accept: (value) => (typeof value === 'boolean' ? { value } : undefined),
  };
}

export function oneOf<const T extends string>(values: readonly T[]): Kind<T> {
  const parse = (text: string): Parsed<T> | undefined => {
    const value = values.find((known) => known === text);
    return value === undefined ? undefined : { value };
  };
  return { expected: `one of ${values.join(', ')}`, schema: { enum: values }, parse, accept: fromString(parse) };
}

export function path(): Kind<string> {
  const parse = (value: string, folder: string) => (usable(value) ? { value: resolve(folder, value) } : undefined);
  const schema = { type: 'string', minLength: 1 };
  return { expected: 'the path of a file', schema, parse, accept: fromString(parse) };
}

/** A path, or the empty text for none. */
export function pathOrNone(): Kind<string | undefined> {
  const file = path();
  const parse = (value: string, folder: string): Parsed<string | undefined> | undefined =>
    value === '' ? { value: undefined } : file.parse(value, folder);
  const expected = `${file.expected}, or an empty text for none`;
  return { expected, schema: { type: 'string' }, parse, accept: fromString(parse) };
}

/** `list`: texts are separated by commas, of which those in braces belong to a glob. */
export function list<T>(element: Kind<T>, plural: string): Kind<readonly T[]> {
  const all = (parsed: readonly (Parsed<T> | undefined)[]): Parsed<readonly T[]> | undefined => {
    const good = parsed.filter((item) => item !== undefined);
    return good.length === parsed.length ? { value: good.map(({ value }) => value) } : undefined;
  };
  return {
    expected: `a list of ${plural}`,
    schema: { type: 'array', items: element.schema },
    list: true,
    ...(element.secret && { secret: true }),
    parse: (value, folder) => all(elements(value).map((item) => element.parse(item, folder))),
    accept: (value, folder) =>
      Array.isArray(value) ? all(value.map((item: unknown) => element.accept(item, folder))) : undefined,
  };
}

export function glob(): Kind<string> {
  // Longer ones are not taken for globs.
  return text('a glob', /^[^]{1,1000}$/u);
}

const MERGES = ['sum', 'avg', 'min', 'max', 'instance'] as const satisfies readonly GaugeMerge[];

export function gaugeRule(): Kind<GaugeRule> {
  const merge = oneOf<GaugeMerge>(MERGES);
  const parse = (rule: string, folder: string): Parsed<GaugeRule> | undefined => {
    const at = rule.lastIndexOf('=');
    const match = glob().parse(rule.slice(0, Math.max(at, 0)).trim(), folder);
    const how = merge.parse(rule.slice(at + 1).trim(), folder);
    return match && how && { value: { match: match.value, merge: how.value } };
  };
  const schema = { type: 'string', pattern: `^\\s*\\S[^]*=\\s*(${MERGES.join('|')})\\s*$` };
  return { expected: 'glob=sum, avg, min, max or instance', schema, parse, accept: fromString(parse) };
}

/** Basic authentication and bearer tokens have no control characters (RFC 7617, RFC 6750). */
export function secret(): Kind<Secret> {
  const parse = (value: string) => (/^\P{Cc}+$/u.test(value) ? { value: new Secret(value) } : undefined);
  return {
    expected: 'at least one character, none of them a control character',
    schema: { type: 'string', minLength: 1 },
    secret: true,
    parse,
    accept: fromString(parse),
  };
}

function fromString<T>(parse: (text: string, folder: string) => T | undefined) {
  return (value: unknown, folder: string): T | undefined =>
    typeof value === 'string' ? parse(value, folder) : undefined;
}

function usable(file: string): boolean {
  return file !== '' && !file.includes('\0');
}

/** An empty text has none. */
function elements(text: string): string[] {
  const items = [''];
  let depth = 0;
  for (const letter of text) {
    if (letter === '{') depth++;
    if (letter === '}') depth--;
    if (letter === ',' && depth <= 0) items.push('');
    else items.push(`${items.pop() ?? ''}${letter}`);
  }
  const trimmed = items.map((item) => item.trim());
  return trimmed.length === 1 && trimmed[0] === '' ? [] : trimmed;
}

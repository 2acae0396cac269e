/**
 * The kinds of values that options have, as schemas of valibot. Flags, environment variables and `pm2 set` give texts; a
 * configuration file gives JSON.
 */
import { resolve } from 'node:path';
import * as v from 'valibot';
import type { GaugeMerge, GaugeRule } from '../../protocol/tasks';
import { Secret } from './secret';

export interface Kind<T> {
  /** Completes a sentence that begins with "expected". */
  readonly expected: string;
  /** Reads a value from JSON. Relative paths start from `folder`. */
  json(folder: string): v.GenericSchema<unknown, T>;
  /** Reads a text. Relative paths start from `folder`. */
  text(folder: string): v.GenericSchema<string, T>;
  /** The value is a list: its flag can be repeated, and commas in a text separate the elements. */
  readonly list?: true;
  /** The value is never shown. */
  readonly secret?: true;
  /** Its flag has no value. */
  readonly boolean?: true;
}

export function text(expected: string, pattern: RegExp): Kind<string> {
  return same(expected, () => v.pipe(v.string(), v.regex(pattern)));
}

export function number(min: number, max: number, { whole }: { readonly whole: boolean }): Kind<number> {
  const range = v.pipe(v.number(), v.minValue(min), v.maxValue(max));
  const json = whole ? v.pipe(range, v.integer()) : range;
  return {
    expected: `a ${whole ? 'whole ' : ''}number from ${min} to ${max}`,
    json: () => json,
    text: () => v.pipe(v.string(), v.regex(/^\d+(\.\d+)?$/), v.transform(Number), json),
  };
}

export function boolean(): Kind<boolean> {
  return {
    expected: 'true or false',
    boolean: true,
    json: () => v.boolean(),
    text: () =>
      v.pipe(
        v.picklist(['true', 'false']),
        v.transform((value) => value === 'true'),
      ),
  };
}

export function oneOf<const T extends string>(values: readonly T[]): Kind<T> {
  return same(`one of ${values.join(', ')}`, () => v.picklist(values));
}

export function path(): Kind<string> {
  return same('the path of a file', (folder) =>
    v.pipe(
      v.string(),
      v.minLength(1),
      v.excludes('\0'),
      v.transform((file) => resolve(folder, file)),
    ),
  );
}

/** A path, or an empty text for none. */
export function pathOrNone(): Kind<string | undefined> {
  return same('the path of a file, or an empty text for none', (folder) =>
    v.pipe(
      v.string(),
      v.excludes('\0'),
      v.transform((file) => (file === '' ? undefined : resolve(folder, file))),
    ),
  );
}

/** In a text, commas separate the elements, except commas in the braces of a glob. */
export function list<T>(element: Kind<T>, plural: string): Kind<readonly T[]> {
  return {
    expected: `a list of ${plural}`,
    list: true,
    ...(element.secret && { secret: true }),
    json: (folder) => v.array(element.json(folder)),
    text: (folder) => v.pipe(v.string(), v.transform(elements), v.array(element.text(folder))),
  };
}

export function glob(): Kind<string> {
  // A longer pattern would be taken for a plain name.
  return text('a glob', /^[^]{1,1000}$/u);
}

const MERGES = ['sum', 'avg', 'min', 'max', 'instance'] as const satisfies readonly GaugeMerge[];
const RULE = new RegExp(`^\\s*(?=\\S)([^]{1,1000}?)\\s*=\\s*(${MERGES.join('|')})\\s*$`, 'u');

export function gaugeRule(): Kind<GaugeRule> {
  return same('glob=sum, avg, min, max or instance', () =>
    v.pipe(
      v.string(),
      v.regex(RULE),
      v.transform((rule): GaugeRule => {
        const [, match = '', merge] = RULE.exec(rule) ?? [];
        return { match, merge: merge as GaugeMerge };
      }),
    ),
  );
}

/** Basic authentication and bearer tokens have no control characters (RFC 7617, RFC 6750). */
export function secret(): Kind<Secret> {
  const schema = v.pipe(
    v.string(),
    v.regex(/^\P{Cc}+$/u),
    v.transform((value) => new Secret(value)),
  );
  return { ...same('at least one character, none of them a control character', () => schema), secret: true };
}

/** A kind whose values are texts in JSON too. */
function same<T>(expected: string, schema: (folder: string) => v.GenericSchema<string, T>): Kind<T> {
  return { expected, json: schema, text: schema };
}

/** @returns no elements for an empty text */
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

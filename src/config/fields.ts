/**
 * The building blocks of the configuration's table: which values a key accepts, and its default.
 *
 * A validator library would add tens of milliseconds to the start of every server, for one object of some twenty keys.
 * Results have keys of the table only, never keys of the input, so no input reaches a prototype.
 */

export interface ConfigProblem {
  /**
   * - `value`: the value is not valid, the default is used, or an element of a list is left out
   * - `key`: there is no such key, it is ignored
   * - `entry`, `entry key`: part of an element of a list is not valid, or there is no such part: the element is left out
   */
  readonly kind: 'value' | 'key' | 'entry' | 'entry key';
  /** Such as `probes.max` or `mashroomMetrics[2]`; empty for the configuration as a whole. */
  readonly path: string;
  readonly value: unknown;
  /** A noun phrase such as `a whole number from 1 to 64`. */
  readonly expected: string;
}

/** Stands for the value of a property that throws when it is read. */
export const UNREADABLE = Symbol('cannot be read');

export type Report = (problem: ConfigProblem) => void;

export interface Field<T> {
  /** Returns a new object each time, since the user of a configuration may change it. */
  fallback(): T;
  /** Never throws, even where getters of the input throw. `value` is never `undefined`. */
  read(value: unknown, path: string, report: Report): T;
  /** The keys below this one. */
  readonly fields?: Fields;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type FieldsOf<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** @param parse returns `undefined` where the value is not valid */
function field<T>(
  expected: string,
  fallback: () => T,
  parse: (value: unknown, path: string, report: Report) => (T & {}) | undefined,
): Field<T> {
  return {
    fallback,
    read(value, path, report) {
      const parsed = parse(value, path, report);
      if (parsed !== undefined) return parsed;
      report({ kind: 'value', path, value, expected });
      return fallback();
    },
  };
}

function boolean(fallback: boolean | undefined): Field<boolean | undefined> {
  return field(
    'true or false',
    () => fallback,
    (value) => (typeof value === 'boolean' ? value : undefined),
  );
}

export function yesOrNo(fallback: boolean): Field<boolean> {
  return boolean(fallback) as Field<boolean>;
}

function number(expected: string, fallback: number, isValid: (value: number) => boolean): Field<number> {
  return field(
    expected,
    () => fallback,
    (value) => (typeof value === 'number' && isValid(value) ? value : undefined),
  );
}

export function wholeNumber(fallback: number, min: number, max: number): Field<number> {
  const isValid = (value: number): boolean => Number.isInteger(value) && value >= min && value <= max;
  return number(`a whole number from ${min} to ${max}`, fallback, isValid);
}

/** As {@link wholeNumber}, or a number that means something else and is the default, such as 0 for never. */
export function wholeNumberOr(other: number, min: number, max: number): Field<number> {
  const isValid = (value: number): boolean => Number.isInteger(value) && value >= min && value <= max;
  const expected = `${other}, or a whole number from ${min} to ${max}`;
  return number(expected, other, (value) => value === other || isValid(value));
}

/** A share of something: above 0 and up to 1. */
export function share(fallback: number): Field<number> {
  return number('a number above 0 and up to 1', fallback, (value) => value > 0 && value <= 1);
}

export function oneOf<T extends string>(fallback: T, values: readonly T[]): Field<T> {
  return field<T>(
    `one of ${values.map((value) => `"${value}"`).join(', ')}`,
    () => fallback,
    (value) => values.find((known) => known === value),
  );
}

/** A key that is missing or not valid gets its own default; a key whose default is `undefined` is then left out. */
export function object<T extends object>(fields: FieldsOf<T>): Field<T> {
  const build = (valueOf: (field: Field<unknown>, key: string) => unknown): T => {
    const values = Object.entries<Field<unknown>>(fields).map(([key, one]) => [key, valueOf(one, key)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as T;
  };
  const parse = (value: unknown, path: string, report: Report): T | undefined => {
    if (!isPlain(value)) return undefined;
    for (const key of keysOf(value)) {
      if (Object.hasOwn(fields, key)) continue;
      report({ kind: 'key', path: join(path, key), value: property(value, key), expected: 'a known key' });
    }
    return build((one, key) => {
      const item = property(value, key);
      return item === undefined ? one.fallback() : one.read(item, join(path, key), report);
    });
  };
  return { ...field<T>('an object', () => build((one) => one.fallback()), parse), fields };
}

/**
 * `true` or `false` for all switches of a feature, or an object with a boolean for some of them.
 *
 * @param fallback of a switch that the object does not mention; without it such a switch is left out of the result, and
 * the default of the feature is `true`
 */
export function switches(
  names: readonly string[],
  fallback?: boolean,
): Field<boolean | Readonly<Record<string, boolean>>> {
  const expected = `true, false or an object with ${names.join(', ')}`;
  const fields = Object.fromEntries(names.map((name) => [name, boolean(fallback)]));
  const each = object(fields) as Field<Readonly<Record<string, boolean>>>;
  return {
    ...field<boolean | Readonly<Record<string, boolean>>>(
      expected,
      () => (fallback === undefined ? true : each.fallback()),
      (value, path, report) => {
        if (typeof value === 'boolean') return value;
        return isPlain(value) ? each.read(value, path, report) : undefined;
      },
    ),
    fields,
  };
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

export function isPlain(value: unknown): value is object {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // a revoked proxy
  }
}

/** @returns `undefined` for anything but a readable array of at most `max` elements */
export function itemsOf(value: unknown, max: number): unknown[] | undefined {
  try {
    return Array.isArray(value) && value.length <= max ? Array.from(value, (item: unknown) => item) : undefined;
  } catch {
    return undefined;
  }
}

export function keysOf(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

/** @returns an own property; {@link UNREADABLE}, which no field accepts, for one that cannot be read */
export function property(value: object, key: string): unknown {
  try {
    return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  } catch {
    return UNREADABLE;
  }
}

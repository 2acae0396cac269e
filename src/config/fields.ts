/**
 * The building blocks of the configuration's table: what a key may be, and what stands in for it where it is not.
 *
 * A validator library would cost every server tens of milliseconds at its start, for one object of some twenty keys.
 * Results are made of the table's keys only, never of the input's, so no input reaches a prototype.
 */

export interface ConfigProblem {
  /** `value`: not what is expected, the default counts. `key`: there is no such key, it is ignored. */
  readonly kind: 'value' | 'key';
  /** Such as `probes.max` or `mashroomMetrics[2]`; empty for the configuration as a whole. */
  readonly path: string;
  readonly value: unknown;
  readonly expected: string;
}

export type Report = (problem: ConfigProblem) => void;

export interface Field<T> {
  readonly expected: string;
  /** A new one each time: whoever gets the configuration may change it. */
  fallback(): T;
  /** Never throws, not even where the input's own getters do. `value` is never `undefined`. */
  read(value: unknown, path: string, report: Report): T;
  /** The keys below this one. */
  readonly fields?: Fields;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type FieldsOf<T> = { readonly [K in keyof T]-?: Field<T[K]> };

function simple<T>(expected: string, fallback: T, accepts: (value: unknown) => value is T & {}): Field<T> {
  return {
    expected,
    fallback: () => fallback,
    read(value, path, report) {
      if (accepts(value)) return value;
      report({ kind: 'value', path, value, expected });
      return fallback;
    },
  };
}

function boolean(fallback: boolean | undefined): Field<boolean | undefined> {
  return simple<boolean | undefined>('true or false', fallback, (value) => typeof value === 'boolean');
}

export function wholeNumber(fallback: number, min: number, max: number): Field<number> {
  const accepts = (value: unknown): value is number =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  return simple(`a whole number from ${String(min)} to ${String(max)}`, fallback, accepts);
}

/** A share of something: above 0 and up to 1. */
export function share(fallback: number): Field<number> {
  const accepts = (value: unknown): value is number => typeof value === 'number' && value > 0 && value <= 1;
  return simple('a number above 0 and up to 1', fallback, accepts);
}

export function oneOf<T extends string>(fallback: T, values: readonly T[]): Field<T> {
  const accepts = (value: unknown): value is T => values.some((known) => known === value);
  return simple(`one of ${values.map((value) => `"${value}"`).join(', ')}`, fallback, accepts);
}

/** Elements that are no good are left out, the others count. Lengths are in characters, as JSON schemas count them. */
export function strings(what: string, fallback: readonly string[], limits: StringLimits): Field<readonly string[]> {
  const expected = `a list of up to ${String(limits.items)} ${what}s`;
  const element = `a ${what} of 1 to ${String(limits.length)} characters`;
  return {
    expected,
    fallback: () => [...fallback],
    read(value, path, report) {
      const items = itemsOf(value, limits.items);
      if (items === undefined) {
        report({ kind: 'value', path, value, expected });
        return [...fallback];
      }
      return items.filter((item, index): item is string => {
        const good = typeof item === 'string' && item !== '' && Array.from(item).length <= limits.length;
        if (!good) report({ kind: 'value', path: `${path}[${String(index)}]`, value: item, expected: element });
        return good;
      });
    },
  };
}

export interface StringLimits {
  readonly items: number;
  readonly length: number;
}

/** Keys that are missing, or no good, get their own defaults; those whose default is `undefined` are left out. */
export function object<T extends object>(fields: FieldsOf<T>): Field<T> {
  const entries = Object.entries<Field<unknown>>(fields);
  const expected = 'an object';
  const build = (valueOf: (key: string, field: Field<unknown>) => unknown): T => {
    const values = entries.map(([key, field]) => [key, valueOf(key, field)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as T;
  };
  const fallback = (): T => build((_, field) => field.fallback());
  return {
    expected,
    fallback,
    fields,
    read(value, path, report) {
      if (!isPlain(value)) {
        report({ kind: 'value', path, value, expected });
        return fallback();
      }
      for (const key of keysOf(value)) {
        if (!Object.hasOwn(fields, key)) {
          report({ kind: 'key', path: join(path, key), value: property(value, key), expected: 'a known key' });
        }
      }
      return build((key, field) => {
        const item = property(value, key);
        return item === undefined ? field.fallback() : field.read(item, join(path, key), report);
      });
    },
  };
}

/**
 * On or off as a whole, or an object that says it for each part. Parts that it does not name are left to whoever
 * reads it, unless they have a default here: then all parts with their default are the whole's default.
 */
export function switches(
  names: readonly string[],
  partFallback?: boolean,
): Field<boolean | Readonly<Record<string, boolean>>> {
  const part = boolean(partFallback);
  const fields = Object.fromEntries(names.map((name) => [name, part]));
  const parts = object(fields) as Field<Readonly<Record<string, boolean>>>;
  const expected = `true, false or an object with ${names.join(', ')}`;
  const fallback = () => (partFallback === undefined ? true : parts.fallback());
  return {
    expected,
    fallback,
    fields,
    read(value, path, report) {
      if (typeof value === 'boolean') return value;
      if (isPlain(value)) return parts.read(value, path, report);
      report({ kind: 'value', path, value, expected });
      return fallback();
    },
  };
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

function isPlain(value: unknown): value is object {
  try {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false; // a revoked proxy
  }
}

/** `undefined` where it is no array, or none that can be read, or a longer one. */
function itemsOf(value: unknown, max: number): unknown[] | undefined {
  try {
    return Array.isArray(value) && value.length <= max ? Array.from(value, (item: unknown) => item) : undefined;
  } catch {
    return undefined;
  }
}

function keysOf(value: object): string[] {
  try {
    return Object.keys(value);
  } catch {
    return [];
  }
}

/** Own properties only, and `null` for one that cannot be read, which no field accepts. */
function property(value: object, key: string): unknown {
  try {
    return Object.hasOwn(value, key) ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
  } catch {
    return null;
  }
}

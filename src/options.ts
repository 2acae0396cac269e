/** Reads the options object of a public function, which may be anything: an object whose getters throw, or a proxy. */
import { UNREADABLE } from './config/fields';

/** @returns {@link UNREADABLE} where reading it throws */
export function optionOf(options: unknown, name: string): unknown {
  try {
    return (options as Readonly<Record<string, unknown>> | null | undefined)?.[name];
  } catch {
    return UNREADABLE;
  }
}

/**
 * The other options as a configuration. Its properties are read where each of them is checked.
 *
 * @param own options that are not part of the configuration
 * @returns `undefined` where there are no options
 */
export function configOf(options: unknown, own: readonly string[]): unknown {
  if (typeof options !== 'object' || options === null) return options ?? undefined;
  const keys = keysOf(options);
  if (keys === undefined) return UNREADABLE;
  const config = {};
  for (const key of keys) {
    if (own.includes(key)) continue;
    Object.defineProperty(config, key, { enumerable: true, get: () => Reflect.get(options, key) as unknown });
  }
  return config;
}

/** What a proxy says of its keys may throw. */
function keysOf(options: object): string[] | undefined {
  try {
    return Object.keys(options);
  } catch {
    return undefined;
  }
}

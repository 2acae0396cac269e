/** Where options come from: a configuration file, PM2's module settings, environment variables and flags. */
import { dirname, resolve } from 'node:path';
import { readRegularFile, whyUnreadable } from '../../../core/regular-file';
import { CONFIG, ENV_PREFIX, NAMES, TABLE, envOf, flagOf } from './table';
import type { OptionName } from './table';

/** The options that one source gives. */
export interface Source {
  /** Relative paths start from here. */
  readonly folder: string;
  /** By name. Some names may be of no option. */
  readonly values: ReadonlyMap<string, unknown>;
  /**
   * Whether values are texts, otherwise they come from JSON. Module settings are texts unless they come from "config" in a
   * package.json.
   */
  readonly texts: boolean;
  /** Whether it may give secrets. `ps` and `pm2 conf` show flags and settings, so that only the environment may. */
  readonly secrets: boolean;
  /** Names the place of an option, for a sentence that goes on with "is". */
  place(name: string): string;
}

/** @param given the texts of all flags of a name. The last one counts, unless the option is a list. */
export function flags(given: ReadonlyMap<OptionName, readonly string[]>, folder: string): Source {
  const values = Array.from(
    given,
    ([name, texts]) => [name, TABLE[name].kind.list ? texts.join(',') : texts.at(-1)] as const,
  );
  return { folder, values: new Map(values), texts: true, secrets: false, place: flagOf };
}

/** Variables with the prefix that belong to no option are kept too, so that they are reported as unknown. */
export function environment(env: NodeJS.ProcessEnv, folder: string): Source {
  const names = new Map(NAMES.map((name) => [envOf(name), name]));
  const values = new Map<string, unknown>();
  for (const [variable, value] of Object.entries(env)) {
    if (variable.startsWith(ENV_PREFIX) && variable !== CONFIG.env && value !== undefined) {
      values.set(names.get(variable) ?? camelCase(variable.slice(ENV_PREFIX.length)), value);
    }
  }
  return { folder, values, texts: true, secrets: true, place: (name) => `the environment variable ${envOf(name)}` };
}

/**
 * The settings of `pm2 set <name>:<key> <value>`. PM2 keeps them in module_conf.json in its home. The process of that name, a
 * module or any app, gets them as JSON in an environment variable of that name (PM2's Modularizer.getAdditionalConf).
 * @pm2/io's initModule reads the same variable.
 */
export function moduleSettings(env: NodeJS.ProcessEnv, folder: string): Source {
  const name = env['name'];
  const settings = name === undefined ? undefined : jsonObject(env[name] ?? '');
  const values = new Map(Object.entries(settings ?? {}));
  return { folder, values, texts: true, secrets: false, place: (key) => `the module setting ${name ?? ''}:${key}` };
}

/** @throws Error whose message is a sentence for the user */
export function file(name: string, folder: string): Source {
  const path = resolve(folder, name);
  let text: string;
  try {
    text = readRegularFile(path);
  } catch (error) {
    throw new Error(`The configuration file ${path} cannot be read: ${whyUnreadable(error)}`, { cause: error });
  }
  const content = jsonObject(text);
  // The parser's own message would quote the file, which may contain a secret.
  if (content === undefined) throw new Error(`The configuration file ${path} is invalid, expected one JSON object`);
  const values = new Map(Object.entries(content));
  values.delete('$schema');
  return { folder: dirname(path), values, texts: false, secrets: false, place: (key) => `${key} in ${path}` };
}

function jsonObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function camelCase(variable: string): string {
  return variable.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

export function isOption(name: string): name is OptionName {
  return Object.hasOwn(TABLE, name);
}

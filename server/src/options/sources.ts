/** Where options come from: a configuration file, PM2's module settings, environment variables and flags. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CONFIG, ENV_PREFIX, NAMES, TABLE, envOf, flagOf } from './table';
import type { OptionName } from './table';

/** One way to say options, as it was used. */
export interface Source {
  /** What relative paths start from. */
  readonly folder: string;
  /** By the option's name, or by a text that is none. */
  readonly values: ReadonlyMap<string, unknown>;
  /** Values are texts, but for module settings that a package.json has given; else from JSON. */
  readonly texts: boolean;
  /** Only the environment and files of their own may hold secrets: all else is shown by `ps` or `pm2 conf`. */
  readonly secrets: boolean;
  /** The place of an option, for a sentence that goes on with "is". */
  place(name: string): string;
}

/** @param given the texts of all flags of a name, of which the last one counts unless they make a list */
export function flags(given: ReadonlyMap<OptionName, readonly string[]>, folder: string): Source {
  const values = Array.from(
    given,
    ([name, texts]) => [name, TABLE[name].kind.list ? texts.join(',') : texts.at(-1)] as const,
  );
  return { folder, values: new Map(values), texts: true, secrets: false, place: flagOf };
}

/** Variables that begin as ours do but that are none are kept under a name that is no option's. */
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
 * What `pm2 set <name>:<key> <value>` has said. PM2 keeps it in its home's module_conf.json and gives it to the process of
 * that name, a module or any app, as JSON in an environment variable of that name (its Modularizer.getAdditionalConf).
 * @pm2/io's initModule reads the same one.
 */
export function moduleSettings(env: NodeJS.ProcessEnv, folder: string): Source {
  const name = env['name'];
  const settings = name === undefined ? undefined : jsonObject(env[name] ?? '');
  const values = new Map(Object.entries(settings ?? {}));
  return { folder, values, texts: true, secrets: false, place: (key) => `the module setting ${name ?? ''}:${key}` };
}

/** @throws Error whose message is a sentence for the user. */
export function file(name: string, folder: string): Source {
  const path = resolve(folder, name);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`The configuration file ${path} cannot be read: ${(error as NodeJS.ErrnoException).code ?? ''}`, {
      cause: error,
    });
  }
  const content = jsonObject(text);
  // Not the parser's own message, which quotes what is in the file.
  if (content === undefined)
    throw new Error(`The configuration file ${path} is not what was expected: one JSON object`);
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

/** Merges the options of all sources, and names everything that is wrong with them. */
import * as v from 'valibot';
import { printable } from '../../../core/values';
import { nearestKey } from '../../../core/nearest-key';
import { messageOf } from '../../../core/values';
import type { Kind } from './kinds';
import type { ServerOptions } from './options';
import { CONFIG, NAMES, TABLE } from './table';
import type { OptionName } from './table';
import { environment, file, flags, isOption, moduleSettings } from './sources';
import type { Source } from './sources';

export interface Given {
  readonly env: NodeJS.ProcessEnv;
  /** Relative paths start from here, except those in a configuration file, which start from its folder. */
  readonly folder: string;
  /** By the option's name: the texts of all its flags. */
  readonly flags?: ReadonlyMap<OptionName, readonly string[]>;
  /** Path of the configuration file, if a flag names one. */
  readonly config?: string | undefined;
}

export type OptionsResult =
  | { readonly ok: true; readonly options: ServerOptions }
  /** Sentences that contain no secret. */
  | { readonly ok: false; readonly problems: readonly string[] };

export function readOptions({ env, folder, flags: flagTexts = new Map(), config }: Given): OptionsResult {
  const problems: string[] = [];
  const settings = moduleSettings(env, folder);
  const configSetting = settings.values.get(CONFIG.setting);
  const configFile = config ?? env[CONFIG.env] ?? (typeof configSetting === 'string' ? configSetting : undefined);

  // A later source overrides the ones before.
  const sources = [without(settings, CONFIG.setting), environment(env, folder), flags(flagTexts, folder)];
  if (configFile !== undefined) {
    try {
      sources.unshift(file(configFile, folder));
    } catch (error) {
      problems.push(messageOf(error));
    }
  }

  const values: Record<string, unknown> = Object.fromEntries(NAMES.map((name) => [name, TABLE[name].fallback(env)]));
  for (const source of sources) {
    for (const [name, value] of source.values) {
      const read = readOne(source, name, value);
      if (typeof read === 'string') problems.push(read);
      else values[name] = read.output;
    }
  }
  const options = values as unknown as ServerOptions;
  if (problems.length === 0) problems.push(...contradictions(options));
  return problems.length === 0 ? { ok: true, options } : { ok: false, problems };
}

/** @returns the value, or a sentence that says what is wrong */
function readOne(source: Source, name: string, value: unknown): { readonly output: unknown } | string {
  const place = source.place(name);
  // The value is not shown: it may be a secret under a misspelt name.
  if (!isOption(name)) {
    const nearest = nearestKey(name, TABLE_KEYS);
    return `${place} is unknown${nearest === undefined ? '' : `, did you mean ${source.place(nearest)}?`}`;
  }
  const kind: Kind<unknown> = TABLE[name].kind;
  if (kind.secret && !source.secrets) {
    return `${place} is a secret, expected only in a file of its own or in the environment`;
  }
  // A module setting that comes from "config" in a package.json need not be a text.
  const isText = source.texts && typeof value === 'string';
  const read = v.safeParse(isText ? kind.text(source.folder) : kind.json(source.folder), value);
  return read.success ? read : `${place} is ${show(kind, value)}, expected ${kind.expected}`;
}

/** Of a value that is wrong. */
const MAX_SHOWN_CHARS = 100;

const TABLE_KEYS = Object.fromEntries(NAMES.map((name) => [name, {}]));

function contradictions(options: ServerOptions): string[] {
  const { tlsCert, tlsKey, basicAuthUser: user, basicAuthPassword, basicAuthPasswordFile } = options;
  const passwords = [basicAuthPassword, basicAuthPasswordFile].filter((given) => given !== undefined).length;
  const problems: string[] = [];
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    problems.push('Only one of tlsCert and tlsKey is set: expected both or none');
  }
  if (user !== undefined && passwords !== 1) {
    problems.push(
      passwords === 0
        ? 'basicAuthUser is set without a password: expected basicAuthPasswordFile or basicAuthPassword too'
        : 'basicAuthPasswordFile and basicAuthPassword are both set: expected only one of them',
    );
  }
  if (user === undefined && passwords > 0) {
    problems.push('A password for basic authentication is set without a user: expected basicAuthUser too');
  }
  const labels = ['appLabel', 'namespaceLabel', 'instanceLabel'] as const;
  for (const [i, one] of labels.entries()) {
    for (const other of labels.slice(i + 1)) {
      if (options[one] !== options[other]) continue;
      problems.push(`${one} and ${other} are both "${options[one]}": expected two names`);
    }
  }
  return problems;
}

function without(source: Source, name: string): Source {
  return { ...source, values: new Map([...source.values].filter(([key]) => key !== name)) };
}

function show({ secret }: Kind<unknown>, value: unknown): string {
  if (secret) return 'invalid';
  try {
    return printable(JSON.stringify(value), MAX_SHOWN_CHARS);
  } catch {
    return 'nested too deep';
  }
}

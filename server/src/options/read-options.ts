/** Makes one set of options of all sources, or says everything that is wrong with them. */
import * as v from 'valibot';
import { nearestKey } from '../../../core/nearest-key';
import type { Kind } from './kinds';
import type { ServerOptions } from './options';
import { CONFIG, NAMES, TABLE } from './table';
import type { OptionName } from './table';
import { environment, file, flags, isOption, moduleSettings } from './sources';
import type { Source } from './sources';

export interface Given {
  readonly env: NodeJS.ProcessEnv;
  /** What relative paths start from, except those in a configuration file, which start from its folder. */
  readonly folder: string;
  /** By the option's name: the texts of all its flags. */
  readonly flags?: ReadonlyMap<OptionName, readonly string[]>;
  /** The configuration file that a flag names. */
  readonly config?: string | undefined;
}

export type OptionsResult =
  | { readonly ok: true; readonly options: ServerOptions }
  /** Sentences, without a secret in them. */
  | { readonly ok: false; readonly problems: readonly string[] };

export function readOptions({ env, folder, flags: flagTexts = new Map(), config }: Given): OptionsResult {
  const problems: string[] = [];
  const settings = moduleSettings(env, folder);
  const configSetting = settings.values.get(CONFIG.setting);
  const configFile = config ?? env[CONFIG.env] ?? (typeof configSetting === 'string' ? configSetting : undefined);

  // A later one counts more.
  const sources = [without(settings, CONFIG.setting), environment(env, folder), flags(flagTexts, folder)];
  if (configFile !== undefined) {
    try {
      sources.unshift(file(configFile, folder));
    } catch (error) {
      problems.push((error as Error).message);
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

/** @returns what is wrong, as a sentence, where something is */
function readOne(source: Source, name: string, value: unknown): { readonly output: unknown } | string {
  const place = source.place(name);
  // A secret may stand at the wrong place too: what is no option is not shown.
  if (!isOption(name)) {
    const nearest = nearestKey(name, TABLE_KEYS);
    return `${place} is unknown${nearest === undefined ? '' : `, did you mean ${source.place(nearest)}?`}`;
  }
  const kind: Kind<unknown> = TABLE[name].kind;
  if (kind.secret && !source.secrets) {
    return `${place} is a secret, which is expected in a file of its own or in the environment only`;
  }
  // What a package.json's "config" has said before is a module setting that need not be a text.
  const isText = source.texts && typeof value === 'string';
  const read = v.safeParse(isText ? kind.text(source.folder) : kind.json(source.folder), value);
  return read.success ? read : `${place} is ${show(kind, value)}, expected ${kind.expected}`;
}

const TABLE_KEYS = Object.fromEntries(NAMES.map((name) => [name, {}]));

function contradictions(options: ServerOptions): string[] {
  const {
    tlsCert,
    tlsKey,
    basicAuthUser: user,
    basicAuthPassword,
    basicAuthPasswordFile,
    appLabel,
    instanceLabel,
  } = options;
  const passwords = [basicAuthPassword, basicAuthPasswordFile].filter((given) => given !== undefined).length;
  const problems: string[] = [];
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    problems.push('Of tlsCert and tlsKey one is given: expected both or none');
  }
  if (user !== undefined && passwords !== 1) {
    problems.push('With basicAuthUser, either basicAuthPasswordFile or basicAuthPassword is expected');
  }
  if (user === undefined && passwords > 0) {
    problems.push('With basicAuthPasswordFile or basicAuthPassword, basicAuthUser is expected');
  }
  if (appLabel === instanceLabel)
    problems.push(`appLabel and instanceLabel are both "${appLabel}": expected two names`);
  return problems;
}

function without(source: Source, name: string): Source {
  return { ...source, values: new Map([...source.values].filter(([key]) => key !== name)) };
}

function show({ secret }: Kind<unknown>, value: unknown): string {
  if (secret) return 'not what it must be';
  const shown = JSON.stringify(value);
  return shown.length > 100 ? `${shown.slice(0, 99)}…` : shown;
}

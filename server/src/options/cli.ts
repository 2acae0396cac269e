/** The command line of the metrics server: makes options of its arguments, or a text and an exit code. */
import { Command, CommanderError, Option as Flag } from 'commander';
import { printable } from '../../../core/values';
import { nearestKey } from '../../../core/nearest-key';
import type { ServerOptions } from './options';
import { readOptions } from './read-options';
import { CONFIG, NAMES, TABLE, envOf, flagOf } from './table';
import type { OptionName } from './table';

export const COMMAND = 'pm2-cluster-metrics';

/**
 * Exit code for what a restart cannot fix: invalid options, or a port or file that cannot be used. The package's app lists it
 * in `stop_exit_codes`, for PM2's modules.
 */
export const EXIT_CANNOT_START = 2;

/** Bounds of what goes to a terminal: a problem may quote any input. */
const MAX_LINES = 30;
export const MAX_LINE_CHARS = 1000;

export type CommandLine =
  | { readonly kind: 'run'; readonly options: ServerOptions }
  | { readonly kind: 'exit'; readonly code: number; readonly stdout: string; readonly stderr: string };

export interface CommandLineInput {
  /** Without the executable and the script. */
  readonly argv: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** The working directory. */
  readonly folder: string;
  /** Version of the package. */
  readonly version: string;
}

export function readCommandLine({ argv, env, folder, version }: CommandLineInput): CommandLine {
  const written = { stdout: '' };
  const problems: string[] = [];
  const command = build(version).configureOutput({
    writeOut: (text) => (written.stdout += text),
    writeErr: () => undefined,
  });
  try {
    command.parse(argv, { from: 'user' });
    problems.push(...leftOver(command.args));
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { kind: 'exit', code: 0, stdout: written.stdout, stderr: '' };
    problems.push(error.message.replace(/^error: /, ''));
  }
  const given = command.opts<Record<string, string[] | undefined>>();
  const result = readOptions({ env, folder, flags: flagsOf(given), config: given[CONFIG.setting]?.at(-1) });
  if (!result.ok) problems.push(...result.problems);
  if (result.ok && problems.length === 0) return { kind: 'run', options: result.options };
  const lines = problems.slice(0, MAX_LINES).map((problem) => `${COMMAND}: ${printable(problem, MAX_LINE_CHARS)}\n`);
  if (problems.length > MAX_LINES) lines.push(`${COMMAND}: and ${problems.length - MAX_LINES} more problems\n`);
  return {
    kind: 'exit',
    code: EXIT_CANNOT_START,
    stdout: '',
    stderr: `${lines.join('')}${COMMAND}: nothing was started; ${COMMAND} --help lists all options\n`,
  };
}

function build(version: string): Command {
  const command = new Command(COMMAND)
    .description('One Prometheus endpoint for all processes that PM2 runs on this host.')
    .version(version)
    .addHelpText('after', `\n${AFTERWORD}`)
    .configureHelp({ helpWidth: 100 })
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride();
  // Commander only collects the texts. The table of options reads and checks them.
  command.addOption(
    flag(`${CONFIG.flag} <file>`, `JSON file with options by their names, such as {"port": 9209} (env: ${CONFIG.env})`),
  );
  for (const name of NAMES) {
    const { kind, group, argument, description, fallbackText } = TABLE[name];
    if (kind.secret) continue;
    const hint = `(default: ${fallbackText.replaceAll('`', '')}; env: ${envOf(name)})`;
    const more = kind.list ? ' Repeatable, or separated by commas.' : '';
    const value = kind.boolean ? '' : ` <${argument}>`;
    command.addOption(flag(`${flagOf(name)}${value}`, `${description}${more} ${hint}`).helpGroup(`${group}:`));
    if (kind.boolean) command.addOption(new Flag(flagOf(name).replace('--', '--no-')).preset(['false']).hideHelp());
  }
  return command;
}

function flag(flags: string, description: string): Flag {
  const option = new Flag(flags, description).argParser((text: string, before: string[] | undefined) => [
    ...(before ?? []),
    text,
  ]);
  return flags.includes('<') ? option : option.preset('true');
}

function flagsOf(given: Readonly<Record<string, string[] | undefined>>): Map<OptionName, readonly string[]> {
  return new Map(NAMES.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]] as const])));
}

/** Shows only the names of unknown flags: their values may be secrets. */
function leftOver(args: readonly string[]): string[] {
  const unknown = args.filter((arg) => arg.startsWith('-')).map((arg) => arg.replace(/=.*/s, ''));
  if (unknown.length === 0)
    return args.length === 0 ? [] : ['there are arguments that belong to no flag, expected flags only'];
  return unknown.map((name) => {
    const key = name.replace(/^-+/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const positive = name.replace(/^--no-/, '--');
    if (NAMES.some((known) => TABLE[known].kind.boolean && flagOf(known) === positive)) {
      return `${name} has a value, expected none: ${positive}, or ${positive.replace('--', '--no-')} for the opposite`;
    }
    const nearest = nearestKey(
      key,
      Object.fromEntries(NAMES.filter((known) => !TABLE[known].kind.secret).map((known) => [known, {}])),
    );
    return `${name} is an unknown flag${nearest === undefined ? '' : `, did you mean ${flagOf(nearest)}?`}`;
  });
}

const AFTERWORD = `\
Secrets come from files, or from ${envOf('basicAuthPassword')} and ${envOf('bearerTokens')}.
A flag overrides an environment variable, which overrides "pm2 set", which overrides the configuration file.
"${COMMAND} top" shows the processes in a terminal; "${COMMAND} top --help" lists its options.
`;

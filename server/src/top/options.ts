/** The command line of `top`. Address and credentials are found as the server finds its own: flags, environment, files. */
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { readRegularFile, whyUnreadable } from '../../../core/regular-file';
import { messageOf, printable } from '../../../core/values';
import { COMMAND, EXIT_CANNOT_START, MAX_LINE_CHARS, type CommandLineInput } from '../options/cli';
import type { ServerOptions } from '../options/options';
import { readOptions } from '../options/read-options';
import { CONFIG, TABLE, envOf, flagOf, type OptionName } from '../options/table';
import { CARDINALITY_COLUMNS } from './cardinality';
import type { ServerAddress } from './client';
import { PROCESS_COLUMNS } from './processes';

export interface TopOptions {
  readonly address: ServerAddress;
  readonly sort: string;
  readonly filter: string;
  readonly intervalMs: number;
  readonly once: boolean;
  readonly json: boolean;
  readonly cardinality: boolean;
}

export type TopCommandLine =
  | { readonly kind: 'run'; readonly options: TopOptions }
  | { readonly kind: 'exit'; readonly code: number; readonly stdout: string; readonly stderr: string };

interface Given {
  readonly url?: string;
  readonly ca?: string;
  readonly insecure?: true;
  readonly sort?: string;
  readonly filter?: string;
  readonly interval: number;
  readonly once?: true;
  readonly json?: true;
  readonly cardinality?: true;
}

/** Options of the server that say where it listens and whom it answers. Those of them without a secret have flags here. */
const SHARED = ['host', 'port', 'basicAuthUser', 'basicAuthPasswordFile', 'bearerTokenFiles'] as const;
const SECONDS = { min: 0.2, max: 3600 };
const keysOf = (columns: readonly { readonly key: string }[]): string => columns.map(({ key }) => key).join(', ');

export function readTopCommandLine({ argv, env, folder, version }: CommandLineInput): TopCommandLine {
  const written = { stdout: '' };
  const command = build(version).configureOutput({
    writeOut: (text) => (written.stdout += text),
    writeErr: () => undefined,
  });
  try {
    command.parse(argv, { from: 'user' });
    const given = command.opts<Given & Record<string, string | undefined>>();
    const flags = new Map<OptionName, readonly string[]>(
      SHARED.flatMap((name) => (given[name] === undefined ? [] : [[name, [given[name]]] as const])),
    );
    const read = readOptions({ env, folder, flags, config: given[CONFIG.setting] });
    if (!read.ok) return failed(read.problems);
    return { kind: 'run', options: optionsOf(given, read.options, folder) };
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) {
      return { kind: 'exit', code: 0, stdout: written.stdout, stderr: '' };
    }
    // What stands behind an unknown flag may be a secret.
    return failed([
      messageOf(error)
        .replace(/^error: /, '')
        .replace(/^(unknown option '[^=']*)=.*'$/s, "$1'"),
    ]);
  }
}

function failed(problems: readonly string[]): TopCommandLine {
  const lines = problems.map((problem) => `${COMMAND} top: ${printable(problem, MAX_LINE_CHARS)}\n`);
  return { kind: 'exit', code: EXIT_CANNOT_START, stdout: '', stderr: lines.join('') };
}

function build(version: string): Command {
  const command = new Command(`${COMMAND} top`)
    .description('Shows the processes that a metrics server knows, live.')
    .version(version)
    .configureHelp({ helpWidth: 100 })
    .exitOverride()
    .option('--url <url>', 'Address of the metrics server (default: from host and port)')
    .option('--ca <file>', 'PEM of the certificates to trust, for HTTPS')
    .option('--insecure', 'Trust any certificate')
    .option(
      '--sort <column>',
      `Column to sort by: ${keysOf(PROCESS_COLUMNS)}; of --cardinality: ${keysOf(CARDINALITY_COLUMNS)}`,
    )
    .option('--filter <words>', 'Show only rows with all of these words')
    .option('--interval <seconds>', 'Time between two requests', readSeconds, 2)
    .option('--once', 'Print the table once, and end; this is the default if the output is no terminal')
    .option('--json', 'Print one line of JSON for each answer in place of the table')
    .option('--cardinality', 'Show which metrics have how many series')
    .option(`${CONFIG.flag} <file>`, `The server's configuration file (env: ${CONFIG.env})`)
    .addHelpText('after', `\n${AFTERWORD}`);
  for (const name of SHARED) {
    const { argument, description } = TABLE[name];
    command.addOption(
      new Option(`${flagOf(name)} <${argument}>`, `${description} (env: ${envOf(name)})`).helpGroup(
        "As the server's options:",
      ),
    );
  }
  return command;
}

/** The address is not shown: it may contain a password. @throws Error */
function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw new Error('--url is invalid, expected an address such as https://web-1.example:15050/');
  }
  if (url.username !== '' || url.password !== '') {
    throw new Error('--url has a user or a password, which "ps" shows: --help says where they come from');
  }
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  url.search = url.hash = '';
  return url;
}

function readSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds >= SECONDS.min && seconds <= SECONDS.max) return seconds;
  throw new InvalidArgumentError(`Expected a number from ${SECONDS.min} to ${SECONDS.max}.`);
}

/** @throws Error whose message is a sentence for the user */
function optionsOf(given: Given, server: ServerOptions, folder: string): TopOptions {
  const cardinality = given.cardinality === true;
  const columns: readonly { readonly key: string }[] = cardinality ? CARDINALITY_COLUMNS : PROCESS_COLUMNS;
  const sort = given.sort ?? (cardinality ? 'series' : 'id');
  if (!columns.some(({ key }) => key === sort)) {
    throw new Error(`there is no column ${JSON.stringify(sort)}, expected one of ${keysOf(columns)}`);
  }
  return {
    address: {
      url: readUrl(given.url ?? `${server.tlsCert === undefined ? 'http' : 'https'}://${reachable(server)}/`),
      authorization: authorizationOf(server),
      ca: given.ca === undefined ? undefined : readFile(resolve(folder, given.ca)),
      insecure: given.insecure === true,
    },
    sort,
    filter: given.filter ?? '',
    intervalMs: given.interval * 1000,
    once: given.once === true,
    json: given.json === true,
    cardinality,
  };
}

/** A server that listens at all addresses is asked at the one of this host. */
function reachable({ host, port }: ServerOptions): string {
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function authorizationOf(server: ServerOptions): string | undefined {
  const { bearerTokens, bearerTokenFiles, basicAuthUser, basicAuthPassword, basicAuthPasswordFile } = server;
  const tokens = [
    ...bearerTokens.map((token) => token.reveal()),
    ...bearerTokenFiles.flatMap((file) => readFile(file).split('\n')),
  ];
  const token = tokens.map((line) => line.trim()).find((line) => line !== '');
  if (token !== undefined) return `Bearer ${token}`;
  if (basicAuthUser === undefined) return undefined;
  const password =
    basicAuthPasswordFile === undefined
      ? (basicAuthPassword?.reveal() ?? '')
      : readFile(basicAuthPasswordFile).replace(/\r?\n$/, '');
  return `Basic ${Buffer.from(`${basicAuthUser}:${password}`).toString('base64')}`;
}

function readFile(path: string): string {
  try {
    return readRegularFile(path);
  } catch (error) {
    throw new Error(`the file ${path} cannot be read: ${whyUnreadable(error)}`, { cause: error });
  }
}

const AFTERWORD = `\
Keys: arrows, PgUp and PgDn scroll, < and > choose the column to sort by, / filters, q ends.
Secrets come from files, or from ${envOf('basicAuthPassword')} and ${envOf('bearerTokens')}.
`;

/**
 * `pm2-cluster-metrics top`: what a metrics server knows, in a terminal.
 *
 * ```
 * options ─▶ Client ─ api/overview, api/cardinality ─▶ View ─▶ Live (Screen), lines or JSON
 * ```
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, printable } from '../../../core/values';
import { COMMAND, MAX_LINE_CHARS, type CommandLineInput } from '../options/cli';
import { AnswerError, Client } from './client';
import { showLive } from './live';
import { readTopCommandLine, type TopOptions } from './options';
import { askForView, type View } from './view';

/** The first argument that asks for this. */
export const TOP = 'top';

const EXIT_NO_ANSWER = 1;

/** @param input the arguments behind `top` */
export async function top(input: CommandLineInput): Promise<void> {
  const read = readTopCommandLine(input);
  if (read.kind === 'exit') {
    process.stdout.write(read.stdout);
    process.stderr.write(read.stderr);
    process.exitCode = read.code;
    return;
  }
  // A pager or `head` that has ended wants no more.
  process.stdout.once('error', () => process.exit());
  const { options } = read;
  const client = new Client(options.address);
  const ask = (): Promise<View> => askForView(client, options.cardinality);
  try {
    if (options.json) await printJson(options, ask);
    else if (options.once || !process.stdout.isTTY) await printTable(options, ask);
    else {
      const hasColors = process.stdout.hasColors() && (process.env['NO_COLOR'] ?? '') === '';
      await showLive({ options, ask, input: process.stdin, output: process.stdout, hasColors });
    }
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    process.stderr.write(`${COMMAND} ${TOP}: ${printable(messageOf(error), MAX_LINE_CHARS)}\n`);
    process.exitCode = EXIT_NO_ANSWER;
  } finally {
    client.close();
  }
}

async function printTable(options: TopOptions, ask: () => Promise<View>): Promise<void> {
  const view = await ask();
  const { head, rows } = view.table(options);
  process.stdout.write([view.summary(), head, ...rows.map(({ line }) => line), ''].join('\n'));
}

/** Ends at the first failure, so that the reader of the lines notices it. */
async function printJson(options: TopOptions, ask: () => Promise<View>): Promise<void> {
  do {
    const view = await ask();
    if (!process.stdout.write(`${view.json(options)}\n`)) await once(process.stdout, 'drain');
    if (!options.once) await sleep(options.intervalMs);
  } while (!options.once);
}

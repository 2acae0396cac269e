/** What is shown of an answer: a line that sums it up, and a table. */
import { printable } from '../../../core/values';
import type { OverviewAnswer } from '../../protocol/overview';
import type { Cardinality } from '../../protocol/page';
import { readCardinality, readOverview } from './answers';
import * as cardinality from './cardinality';
import { AnswerError, type Client } from './client';
import { count, duration } from './numbers';
import * as processes from './processes';
import { chosenRows, tableLines, type TableLines, type TableView } from './table';

export interface Choice {
  readonly sort: string;
  readonly filter: string;
}

/** An answer as tables and JSON show it. */
export interface View {
  /** Keys of the columns to sort by. */
  readonly keys: readonly string[];
  summary(): string;
  table(choice: Choice): TableLines;
  /** One line, without what could change a terminal. */
  json(choice: Choice): string;
}

const MAX_PROBLEM_CHARS = 1000;

/** @throws AnswerError */
export async function askForView(client: Client, wantsCardinality: boolean): Promise<View> {
  const path = wantsCardinality ? 'api/cardinality' : 'api/overview';
  const value = await client.json(path);
  const read = wantsCardinality ? readCardinality(value) : readOverview(value);
  if (read === undefined) throw new AnswerError(`${path} has another form than expected: are both of one version?`);
  return 'metrics' in read ? cardinalityView(read, Date.now()) : overviewView(read);
}

function overviewView(answer: OverviewAnswer): View {
  const { PROCESS_COLUMNS: columns, wordsOf: words, moodOf: mood } = processes;
  const view = (choice: Choice) => ({ columns, words, mood, now: answer.now, ...choice });
  return {
    keys: columns.map(({ key }) => key),
    summary: () => summaryOf(answer),
    table: (choice) => tableLines(answer.processes, view(choice)),
    json: (choice) => jsonLine({ ...answer, processes: chosenRows(answer.processes, view(choice)) }),
  };
}

function summaryOf({ version, problem, processes: all }: OverviewAnswer): string {
  const online = all.filter(({ status }) => status === 'online').length;
  const sum = (values: readonly (number | null)[]): number => values.reduce<number>((a, b) => a + (b ?? 0), 0);
  const requests = count(sum(all.map(({ requestsPerSecond }) => requestsPerSecond)));
  const errors = count(sum(all.map(({ errorsPerSecond }) => errorsPerSecond)));
  const line = `${online} of ${all.length} processes online, ${requests} req/s, ${errors} err/s (server ${version})`;
  return printable(problem === null ? line : `${line}. ${problem}`, MAX_PROBLEM_CHARS);
}

function cardinalityView(answer: Cardinality, now: number): View {
  const { CARDINALITY_COLUMNS: columns, wordsOf: words, moodOf: mood } = cardinality;
  const view = (choice: Choice): TableView<Cardinality['metrics'][number]> => ({
    columns,
    words,
    mood,
    now,
    ...choice,
  });
  const since = duration((now - answer.since) / 1000);
  return {
    keys: columns.map(({ key }) => key),
    summary: () =>
      `${count(answer.series)} series; the ${answer.metrics.length} largest metrics, growth within ${since}`,
    table: (choice) => tableLines(answer.metrics, view(choice)),
    json: (choice) => jsonLine({ ...answer, metrics: chosenRows(answer.metrics, view(choice)) }),
  };
}

/** JSON escapes control characters only up to U+001F: U+009B begins an escape sequence as well. */
function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

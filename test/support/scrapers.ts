/** Real scrapers for a test: Prometheus and VictoriaMetrics, with their files in a folder of the test. */
import { spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { freePort } from '../../scripts/lib/ports';
import { until } from './until';

export type Tool = 'prometheus' | 'promtool' | 'victoria-metrics';

const INSTALL_TOOLS = 'sudo apt-get install --no-install-recommends prometheus victoria-metrics';

/** An answer that takes longer is a failure, whose message names the request. */
const PATIENCE_MS = 30_000;
const TIED = join(__dirname, 'host', 'tied.js');
/** CI sets it: tests that lack a tool fail there. */
const REQUIRED = process.env['REQUIRE_SCRAPERS'] === '1';

export function missingTools(...tools: Tool[]): Tool[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return tools.filter((tool) => !folders.some((folder) => isExecutable(join(folder, tool))));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

type Body = (t: ExecutionContext) => Promise<void> | void;

/** Declares serial tests that need these tools. Where one is missing they are left out, or fail, and say why. */
export function testWith(...tools: Tool[]): (title: string, body: Body) => void {
  const missing = missingTools(...tools);
  if (missing.length === 0) return (title, body) => test.serial(title, body);
  const reason = `${missing.join(' and ')} can't be found: ${INSTALL_TOOLS}`;
  if (REQUIRED) return (title) => test.serial(title, (t) => t.fail(reason));
  return (title, body) => test.skip(`${title} (left out, since ${reason})`, body);
}

/** An instant vector's element, or one of a range's with all its samples. */
export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Range {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

export interface Scraper {
  readonly port: number;
  query(expression: string): Promise<Series[]>;
  /** The only element's value; `undefined` where there is none. */
  value(expression: string): Promise<number | undefined>;
  /** The samples of a range selector, or those of an expression at each step of a range. */
  samples(selector: string): Promise<Range[]>;
  range(expression: string, from: number, to: number, stepSeconds: number): Promise<Range[]>;
  /** Asks Prometheus' HTTP API at that path. */
  api<T>(path: string, parameters?: Readonly<Record<string, string | number>>): Promise<T>;
  /** All lines of its log. */
  logs(): string;
  close(): Promise<void>;
}

/** @returns once it is ready */
export async function startPrometheus(folder: string, config: string, ...flags: string[]): Promise<Scraper> {
  const port = await freePort();
  mkdirSync(folder);
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, config);
  return await startScraper('prometheus', port, '/-/ready', [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
    ...flags,
  ]);
}

/** @returns once it is ready. VictoriaMetrics speaks Prometheus' HTTP API for queries. */
export async function startVictoriaMetrics(folder: string, config: string): Promise<Scraper> {
  const port = await freePort();
  mkdirSync(folder);
  const file = join(folder, 'scrape.yml');
  writeFileSync(file, config);
  return await startScraper('victoria-metrics', port, '/health', [
    `-promscrape.config=${file}`,
    '-promscrape.httpSDCheckInterval=1s',
    `-storageDataPath=${join(folder, 'data')}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-loggerLevel=WARN',
    // Answers hold what was scraped last, rather than what is 30 s old.
    '-search.latencyOffset=0s',
    '-search.disableCache',
  ]);
}

async function startScraper(tool: Tool, port: number, ready: string, args: string[]): Promise<Scraper> {
  const child = spawn(process.execPath, [TIED, tool, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (data) => (output += String(data)));
  child.stderr.on('data', (data) => (output += String(data)));
  child.stdin.on('error', () => undefined);
  let isOver = false;
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => {
      isOver = true;
      resolve();
    });
  });
  const close = (): Promise<void> => {
    child.stdin.end();
    return ended;
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await until(`${tool} to be ready`, async () => {
      if (isOver) return true;
      return (await fetch(`${url}${ready}`)).ok ? true : undefined;
    });
    if (isOver) throw new Error(`${tool} has ended:\n${output}`);
  } catch (error) {
    await close();
    throw error;
  }
  return { port, ...queries(url), logs: () => output, close };
}

type Sample = readonly [time: number, value: string];

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Sample;
  readonly values?: readonly Sample[];
}

function queries(url: string): Pick<Scraper, 'query' | 'value' | 'samples' | 'range' | 'api'> {
  const api = async <T>(path: string, parameters: Readonly<Record<string, string | number>> = {}): Promise<T> => {
    const search = new URLSearchParams(
      Object.entries(parameters).map(([key, value]): [string, string] => [key, String(value)]),
    );
    const response = await fetch(`${url}${path}?${search.toString()}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} ${search.toString()} answered ${response.status}: ${text}`);
    return (JSON.parse(text) as { data: T }).data;
  };
  const results = async (path: string, parameters: Readonly<Record<string, string | number>>): Promise<Result[]> =>
    (await api<{ result: Result[] }>(path, parameters)).result;
  const query = async (expression: string): Promise<Series[]> =>
    (await results('/api/v1/query', { query: expression })).map(({ metric, value }) => ({
      metric,
      value: Number(value?.[1]),
    }));
  const rangeOf = ({ metric, values = [] }: Result): Range => ({ metric, values: values.map(([, v]) => Number(v)) });
  return {
    api,
    query,
    async value(expression) {
      const found = await query(expression);
      if (found.length > 1) throw new Error(`${expression} has ${found.length} elements, expected one`);
      return found[0]?.value;
    },
    samples: async (selector) => (await results('/api/v1/query', { query: selector })).map(rangeOf),
    range: async (expression, start, end, step) =>
      (await results('/api/v1/query_range', { query: expression, start, end, step })).map(rangeOf),
  };
}

/** Runs `promtool` to its end. */
export function promtool(
  args: readonly string[],
  input = '',
): { readonly code: number | null; readonly output: string } {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error) throw error;
  return { code: status, output: stdout + stderr };
}

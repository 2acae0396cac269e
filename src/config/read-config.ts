/** Reads what the user has configured: whatever it is, a complete and valid configuration comes out. */
import type { ExporterConfig, PmxMetricsConfig } from './config';
import { DEFAULT_METRICS } from './default-metrics';
import { object, oneOf, share, strings, switches, wholeNumber } from './fields';
import type { ConfigProblem } from './fields';
import { nearestKey } from '../../core/nearest-key';

export type { ConfigProblem } from './fields';

/** Editors ask for this key in a JSON file; it says nothing to us. */
const SCHEMA_KEY = '$schema';

const TABLE = object<ExporterConfig>({
  pmxMetrics: object<Required<PmxMetricsConfig>>({
    v8: switches([
      'new_space',
      'old_space',
      'map_space',
      'code_space',
      'large_object_space',
      'heap_total_size',
      'heap_used_size',
      'heap_used_percent',
    ]),
    runtime: switches(['gcOldPause', 'gcNewPause', 'pageFaults', 'contextSwitchs']),
    network: switches(['upload', 'download'], true),
    http: switches(['http']),
    eventLoop: switches(['eventLoopActive', 'eventLoopDelay']),
  }),
  mashroomMetrics: strings('metric name or glob', DEFAULT_METRICS, { items: 1000, length: 1000 }),
  // A day at the most: timers take no more than 24 days, and the interval may have to stretch.
  intervalMs: wholeNumber(10_000, 100, 86_400_000),
  maxCollectLoad: share(0.02),
  maxSeries: wholeNumber(2_000_000, 1, 100_000_000),
  probes: object<ExporterConfig['probes']>({
    counters: oneOf('total', ['total', 'delta', 'rate']),
    // @pm2/io sends all of them every second: 10,000 already hold the event loop for tens of milliseconds.
    max: wholeNumber(200, 0, 10_000),
    perMetric: wholeNumber(20, 1, 10_000),
  }),
  workers: object<ExporterConfig['workers']>({
    threads: wholeNumber(1, 1, 64),
    // Below the least a worker thread does not get as far as its first task.
    maxMemoryMb: wholeNumber(512, 32, 65_536),
    timeoutMs: wholeNumber(60_000, 100, 3_600_000),
  }),
});

export function readConfig(input: unknown): { config: ExporterConfig; problems: readonly ConfigProblem[] } {
  const problems: ConfigProblem[] = [];
  const report = (problem: ConfigProblem): void => {
    if (problem.path === SCHEMA_KEY && typeof problem.value === 'string') return;
    problems.push(problem.kind === 'key' ? { ...problem, expected: expectedKey(problem) } : problem);
  };
  const config = input === undefined ? TABLE.fallback() : TABLE.read(input, '', report);
  return { config, problems };
}

function expectedKey(problem: ConfigProblem): string {
  const nearest = nearestKey(problem.path, TABLE.fields ?? {});
  return nearest === undefined ? problem.expected : `${problem.expected}, such as ${nearest}`;
}

/** One line for the log: key, value, what was expected, and what counts instead. */
export function describeProblem({ kind, path, value, expected }: ConfigProblem): string {
  const key = path === '' ? 'the configuration' : brief(JSON.stringify(path).slice(1, -1));
  if (kind === 'key') return `${key} (${show(value)}) is unknown and ignored: expected ${expected}`;
  const consequence = path.endsWith(']') ? 'it is left out' : 'its default is used';
  return `${key} is ${show(value)}, expected ${expected}: ${consequence}`;
}

function show(value: unknown): string {
  let text: string | undefined;
  try {
    text = typeof value === 'bigint' || typeof value === 'number' ? String(value) : JSON.stringify(value);
  } catch {
    // Cyclic, or with a toJSON() that throws.
  }
  return brief(text ?? `a value of type ${typeof value}`);
}

function brief(text: string): string {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/** Makes a complete and valid configuration of any input. */
import type { ExporterConfig, PmxMetricsConfig } from './config';
import { DEFAULT_METRICS } from './default-metrics';
import { object, oneOf, share, switches, UNREADABLE, wholeNumber, wholeNumberOr, yesOrNo } from './fields';
import type { ConfigProblem, FieldsOf } from './fields';
import { metricEntries } from './metric-entries';
import type { MetricEntry } from './metric-entry';
import { nearestKey } from '../../core/nearest-key';

export type { ConfigProblem } from './fields';

/** Of a key or a value that is quoted in the log. */
const MAX_QUOTED_CHARS = 100;

/** For editors of JSON files, with no meaning here. */
const SCHEMA_KEY = '$schema';

const FIELDS: FieldsOf<ExporterConfig> = {
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
  mashroomMetrics: metricEntries(DEFAULT_METRICS),
  // At most a day: a timer takes at most 24 days, and the interval may be stretched.
  intervalMs: wholeNumber(10_000, 100, 86_400_000),
  maxCollectLoad: share(0.02),
  maxSeries: wholeNumber(2_000_000, 1, 100_000_000),
  // At least a minute: Prometheus takes a series that comes back for a reset, and traffic has pauses. At most a year.
  forgetAfterMs: wholeNumberOr(0, 60_000, 31_536_000_000),
  blockedStack: yesOrNo(false),
  probes: object<ExporterConfig['probes']>({
    names: oneOf('short', ['short', 'full']),
    counters: oneOf('total', ['total', 'delta', 'rate']),
    // @pm2/io sends all probes every second, and 10,000 block the event loop for tens of milliseconds.
    max: wholeNumber(200, 0, 10_000),
    perMetric: wholeNumber(20, 1, 10_000),
  }),
  workers: object<ExporterConfig['workers']>({
    threads: wholeNumber(1, 1, 64),
    // With less memory a worker thread ends before its first task.
    maxMemoryMb: wholeNumber(512, 32, 65_536),
    timeoutMs: wholeNumber(60_000, 100, 3_600_000),
  }),
};

/**
 * @param input as the user gave it, of any type; `undefined` for none
 * @param defaultMetrics the default of `mashroomMetrics`
 * @returns the defaults where the input has no valid value, and a problem for each of these
 */
export function readConfig(
  input: unknown,
  defaultMetrics: readonly MetricEntry[] = DEFAULT_METRICS,
): { config: ExporterConfig; problems: readonly ConfigProblem[] } {
  const table = object<ExporterConfig>({ ...FIELDS, mashroomMetrics: metricEntries(defaultMetrics) });
  const problems: ConfigProblem[] = [];
  const report = (problem: ConfigProblem): void => {
    if (problem.path === SCHEMA_KEY && typeof problem.value === 'string') return;
    problems.push(problem.kind === 'key' ? { ...problem, expected: expectedKey(problem) } : problem);
  };
  const config = input === undefined ? table.fallback() : table.read(input, '', report);
  return { config, problems };
}

function expectedKey(problem: ConfigProblem): string {
  const nearest = nearestKey(problem.path, FIELDS);
  return nearest === undefined ? problem.expected : `${problem.expected}, such as ${nearest}`;
}

/** @returns one line for the log: key, value, what was expected, and the consequence */
export function describeProblem({ kind, path, value, expected }: ConfigProblem): string {
  const key = path === '' ? 'the configuration' : brief(JSON.stringify(path).slice(1, -1));
  if (kind === 'key') return `${key} (${show(value)}) is unknown and ignored: expected ${expected}`;
  if (kind === 'entry key') return `${key} (${show(value)}) is unknown, expected ${expected}: its entry is left out`;
  if (kind === 'entry')
    return `${key} is ${value === undefined ? 'missing' : show(value)}, expected ${expected}: its entry is left out`;
  const consequence = path.endsWith(']') ? 'it is left out' : 'its default is used';
  return `${key} is ${show(value)}, expected ${expected}: ${consequence}`;
}

function show(value: unknown): string {
  if (value === UNREADABLE) return 'a value that cannot be read';
  let text: string | undefined;
  try {
    text = typeof value === 'bigint' || typeof value === 'number' ? String(value) : JSON.stringify(value);
  } catch {
    // Cyclic, or with a toJSON() that throws: its type is shown.
  }
  return brief(text ?? `a value of type ${typeof value}`);
}

function brief(text: string): string {
  return text.length > MAX_QUOTED_CHARS ? `${text.slice(0, MAX_QUOTED_CHARS - 1)}…` : text;
}

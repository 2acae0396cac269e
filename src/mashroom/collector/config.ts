/** The configuration of the collector: the keys of Mashroom's own collector, and `cardinalityLimit`. */
import { field, object, strings, wholeNumber, type ConfigProblem, type Field } from '../../config/fields';
import { readConfig } from '../../config/read-config';

export interface CollectorConfig {
  /** Names of metrics that are not recorded. */
  readonly disableMetrics: readonly string[];
  /** Upper bounds of histograms for which their plugin names none. */
  readonly defaultHistogramBuckets: readonly number[];
  /** Upper bounds by the name of the histogram. */
  readonly customHistogramBucketConfig: Readonly<Record<string, readonly number[]>>;
  /** The most series of one metric that are recorded between two collections. */
  readonly cardinalityLimit: number;
}

const EXPORTER = 'Mashroom Monitoring PM2 Exporter';
const DEFAULT_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const MAX_BUCKETS = 1000;
const MAX_METRICS = 10_000;

const BUCKETS = `a list of 1 to ${MAX_BUCKETS} ascending numbers`;

function areBuckets(value: unknown): value is readonly number[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > MAX_BUCKETS) return false;
  return value.every(
    (bound: unknown, i) => Number.isFinite(bound) && (i === 0 || (bound as number) > (value[i - 1] as number)),
  );
}

const defaultBuckets: Field<readonly number[]> = field(
  BUCKETS,
  () => [...DEFAULT_BUCKETS],
  (value) => (areBuckets(value) ? [...value] : undefined),
);

const customBuckets: Field<CollectorConfig['customHistogramBucketConfig']> = field(
  'an object with lists of buckets by the names of histograms',
  () => ({}),
  (value, path, report) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value as Record<string, unknown>).slice(0, MAX_METRICS);
    return Object.fromEntries(
      entries.filter((entry): entry is [string, readonly number[]] => {
        const isValid = areBuckets(entry[1]);
        if (!isValid) report({ kind: 'value', path: `${path}[${entry[0]}]`, value: entry[1], expected: BUCKETS });
        return isValid;
      }),
    );
  },
);

interface CollectorSettings {
  readonly config: CollectorConfig;
  /** Limits of what is kept: those of the exporter, whose snapshots these are. */
  readonly maxSeries: number;
  readonly forgetAfterMs: number;
  readonly problems: readonly ConfigProblem[];
}

/**
 * @param input the plugin's configuration, of any type
 * @param serverConfig the server's, in which the exporter's configuration stands
 */
export function readCollectorConfig(input: unknown, serverConfig?: { readonly plugins?: unknown }): CollectorSettings {
  const plugins = serverConfig?.plugins as Readonly<Record<string, unknown>> | undefined;
  const { maxSeries, forgetAfterMs } = readConfig(plugins?.[EXPORTER]).config;
  const table = object<CollectorConfig>({
    disableMetrics: strings('metric name', [], { items: MAX_METRICS, length: 1000 }),
    defaultHistogramBuckets: defaultBuckets,
    customHistogramBucketConfig: customBuckets,
    cardinalityLimit: wholeNumber(maxSeries, 2, 100_000_000),
  });
  const problems: ConfigProblem[] = [];
  const config = table.read(input ?? {}, '', (problem) => {
    if (problem.path !== '$schema') problems.push(problem);
  });
  return { config, maxSeries, forgetAfterMs, problems };
}

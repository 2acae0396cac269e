/** The exporter's configuration as the rest of the code sees it: complete and valid. */
import type { CounterMode } from '../../protocol/tasks';

export interface ExporterConfig {
  /** Goes to @pm2/io as its `metrics` configuration. */
  readonly pmxMetrics: PmxMetricsConfig;
  /** Metrics that are shown as probes: exact names or globs. */
  readonly mashroomMetrics: readonly string[];
  /** Time between two collections in milliseconds. */
  readonly intervalMs: number;
  /** The share of the main thread's time that collecting may take, above 0 and up to 1; the interval stretches to keep it. */
  readonly maxCollectLoad: number;
  /** Series that the dictionary holds at the most; those above are left out and counted. */
  readonly maxSeries: number;
  readonly probes: {
    readonly counters: CounterMode;
    /** Probe names in the life of the process at the most. */
    readonly max: number;
    /** Series of one metric that are shown one by one at the most. */
    readonly perMetric: number;
  };
  readonly workers: {
    readonly threads: number;
    /** Heap limit of one worker thread, in MiB. */
    readonly maxMemoryMb: number;
    /** A task that takes longer is ended, in milliseconds. */
    readonly timeoutMs: number;
  };
}

export interface PmxMetricsConfig {
  readonly v8?: boolean | Readonly<Record<string, boolean>>;
  readonly runtime?: boolean | Readonly<Record<string, boolean>>;
  readonly network?: boolean | { readonly upload?: boolean; readonly download?: boolean };
  readonly http?: boolean | Readonly<Record<string, unknown>>;
  readonly eventLoop?: boolean | Readonly<Record<string, boolean>>;
}

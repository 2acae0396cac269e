/** The exporter's configuration, complete and valid. Defaults and bounds are in `read-config.ts`. */
import type { CounterMode } from '../../protocol/tasks';
import type { MetricEntry } from './metric-entry';

export type { MetricEntry, MetricQuery, VitalEntry } from './metric-entry';

export interface ExporterConfig {
  /** Which of @pm2/io's own metrics are on; by default all. */
  readonly pmxMetrics: PmxMetricsConfig;
  /**
   * What `pm2 monit` shows: names of metrics, globs such as `http_*`, and queries such as
   * `{metric: 'http_requests_total', by: ['route'], where: {status: '5*'}, as: 'rate', name: 'err/s'}`. Up to 1,000. By
   * default some of Mashroom's metrics in a Mashroom server, and in each process its vitals: requests and errors per second,
   * the time to an answer, the delay of the event loop.
   */
  readonly mashroomMetrics: readonly MetricEntry[];
  /** Time between the starts of two collections, in milliseconds: 100 to 86,400,000, by default 10,000. */
  readonly intervalMs: number;
  /**
   * The share of the main thread's time that collecting may take: above 0 and up to 1, by default 0.02. The interval is
   * stretched to keep it.
   */
  readonly maxCollectLoad: number;
  /**
   * Limit on the number of series: 1 to 100,000,000, by default 2,000,000. Series above it are not exported, and the log
   * says so.
   */
  readonly maxSeries: number;
  /**
   * Series of deltas that have not changed for so many milliseconds are no longer exported: 0 for never, which is the
   * default, else 60,000 to 31,536,000,000. A series that comes back begins again. Only for sources that collect deltas, such
   * as `Pm2MetricReader`: other sources have all their series in each collection.
   */
  readonly forgetAfterMs: number;
  /**
   * Whether the stack of the main thread is taken where its event loop has not turned for two seconds, for the log and the
   * metrics server: by default not. It uses Node.js' inspector: the main thread pauses for about a millisecond, and in rare
   * cases Node.js can abort the process (docs/reliability.md).
   */
  readonly blockedStack: boolean;
  readonly probes: {
    /**
     * How names and globs in `mashroomMetrics` are shown. `short`, the default: in rows for whose values `pm2 monit` has room.
     * `full`: each series and statistic under the metric's own name, such as `http_requests_total[route=/]`.
     */
    readonly names: 'short' | 'full';
    /** What a counter shows: its value, its change since the last interval, or its change per second. */
    readonly counters: CounterMode;
    /** Limit on the number of probe names until the process restarts: 0 to 10,000, by default 200. */
    readonly max: number;
    /** Series of a metric with more of them than this are not shown one by one: 1 to 10,000, by default 20. */
    readonly perMetric: number;
  };
  readonly workers: {
    /** Number of worker threads: 1 to 64, by default 1. */
    readonly threads: number;
    /** Heap limit of one worker thread, in MiB: 32 to 65,536, by default 512. */
    readonly maxMemoryMb: number;
    /** Deadline of a task, in milliseconds: 100 to 3,600,000, by default 60,000. Its thread is ended and replaced. */
    readonly timeoutMs: number;
  };
}

/** For each feature of @pm2/io: `true` or `false` for all its switches, or an object with some of them by name. */
export interface PmxMetricsConfig {
  readonly v8?: boolean | Readonly<Record<string, boolean>>;
  readonly runtime?: boolean | Readonly<Record<string, boolean>>;
  readonly network?: boolean | { readonly upload?: boolean; readonly download?: boolean };
  readonly http?: boolean | Readonly<Record<string, unknown>>;
  readonly eventLoop?: boolean | Readonly<Record<string, boolean>>;
}

/**
 * The metrics server's own metrics, and what PM2 knows of its processes, in OpenTelemetry's form: they are rendered like all
 * others. Names and units follow the conventions of Prometheus.
 * @see https://prometheus.io/docs/practices/naming/
 */
import {
  AggregationTemporality,
  DataPointType,
  type Attributes,
  type DataPoint,
  type HrTime,
  type MetricData,
  type ResourceMetrics,
} from '../../core/otel';
import type { Dropped } from '../protocol/dropped';
import { instanceLabels, type LabelNames } from '../protocol/labels';
import type { ProcessInfo } from './pm2/process-list';
import type { RoundResult } from './rounds/result';
import type { StateStore } from './state-store';
import type { Run } from '../protocol/run';

export interface OwnMetricsOptions {
  readonly labels: LabelNames;
  /** Whether to add the values that processes show in `pm2 monit`. */
  readonly monitor: boolean;
  /** When this server was started, epoch milliseconds. */
  readonly since: number;
  readonly store: Pick<StateStore, 'writeErrors'>;
}

/** PM2's names for the states of a process. */
const STATUSES = ['online', 'stopping', 'stopped', 'launching', 'errored', 'waiting restart', 'one-launch-status'];

type Sample = readonly [attributes: Attributes, value: number];

/** @param dropped series of instances that the server could not show or add up */
export function ownMetrics(
  result: RoundResult,
  options: OwnMetricsOptions,
  dropped: readonly Dropped[] = [],
): ResourceMetrics {
  const make = new Maker(hrTime(options.since), hrTime(result.started + result.durationMs));
  const scope = { name: 'pm2-cluster-metrics' };
  const metrics = [
    ...exporterMetrics(result, options, make, dropped),
    ...processMetrics(result.processes, options, make),
  ];
  return { resource: { attributes: {} }, scopeMetrics: [{ scope, metrics }] };
}

function exporterMetrics(
  { answers, silent, blocked, errors, durationMs }: RoundResult,
  { labels, store }: OwnMetricsOptions,
  make: Maker,
  dropped: readonly Dropped[],
): MetricData[] {
  const of = (run: Run): Attributes => Object.fromEntries(instanceLabels(run, labels));
  const up = [...answers.map(({ run }) => [run, 1] as const), ...silent.map(({ run }) => [run, 0] as const)];
  up.sort(([a], [b]) => a.pmId - b.pmId);
  const old = silent.flatMap(({ run, last }) => (last === undefined ? [] : [{ run, ageMs: last.ageMs }]));
  const isBlocked = new Set(blocked.map(({ run }) => run.key));
  const each = (valueOf: (answer: RoundResult['answers'][number]) => number | undefined): Sample[] =>
    answers.flatMap((answer) => {
      const value = valueOf(answer);
      return value === undefined ? [] : [[of(answer.run), value] as const];
    });
  return [
    make.gauge(
      'pm2_up',
      'Whether the instance answered in time.',
      up.map(([run, value]) => [of(run), value]),
    ),
    make.gauge(
      'pm2_scrape_duration_seconds',
      'Time from the request to the answer of the instance.',
      each((answer) => answer.durationMs / 1000),
    ),
    make.gauge(
      'pm2_snapshot_age_seconds',
      'Age of the snapshot when the instance answered.',
      [...answers, ...old].map(({ run, ageMs }): Sample => [of(run), ageMs / 1000]),
    ),
    make.gauge('pm2_event_loop_blocked_seconds', 'How long the event loop has not turned, as its process says.', [
      ...answers.filter(({ run }) => !isBlocked.has(run.key)).map(({ run }): Sample => [of(run), 0]),
      ...blocked.map(({ run, since }): Sample => [of(run), Math.max(0, make.now - since) / 1000]),
    ]),
    make.gauge(
      'pm2_payload_bytes',
      'Size of the answer in its compact form.',
      each((answer) => answer.bytes),
    ),
    make.gauge(
      'pm2_series',
      'Series in the answer of the instance.',
      each((answer) => answer.snapshot.stats.series),
    ),
    make.gauge('pm2_dropped_series', 'Series that are not shown, by reason.', [
      ...answers.map(({ run, snapshot }): Sample => [{ ...of(run), reason: 'exporter' }, snapshot.stats.droppedSeries]),
      ...droppedSamples([...dropped, ...droppedExemplars(answers, labels)]),
    ]),
    make.gauge(
      'pm2_overflowed_metrics',
      "Metrics of which OpenTelemetry's SDK has put series into one.",
      each((answer) => answer.snapshot.stats.overflowedMetrics ?? 0),
    ),
    make.counter(
      'pm2_forgotten_series_total',
      'Series that the exporter has let go of (forgetAfterMs).',
      each((answer) => answer.snapshot.stats.forgottenSeries ?? 0),
    ),
    make.gauge('pm2_round_duration_seconds', 'Time from the beginning of the round to its result.', [
      [{}, durationMs / 1000],
    ]),
    make.counter(
      'pm2_errors_total',
      'Failures while asking instances, by kind.',
      Object.entries(errors).map(([kind, count]) => [{ kind }, count]),
    ),
    make.counter('pm2_state_write_errors_total', "Failed attempts to write the cluster's sums to the state file.", [
      [{}, store.writeErrors],
    ]),
  ];
}

/** What instances have left out of their answers. */
function droppedExemplars(answers: RoundResult['answers'], labels: OwnMetricsOptions['labels']): Dropped[] {
  return answers.flatMap(({ run, snapshot: { stats } }) => {
    if (stats.droppedExemplars === 0) return [];
    return { labels: instanceLabels(run, labels), reason: 'exemplar', series: stats.droppedExemplars };
  });
}

/** One sample for all entries of the same labels and reason. */
function droppedSamples(dropped: readonly Dropped[]): Sample[] {
  const samples = new Map<string, Sample>();
  for (const { labels, reason, series } of dropped) {
    const key = JSON.stringify([labels, reason]);
    samples.set(key, [{ ...Object.fromEntries(labels), reason }, series + (samples.get(key)?.[1] ?? 0)]);
  }
  return [...samples.values()];
}

function processMetrics(
  processes: readonly ProcessInfo[],
  { labels, monitor }: OwnMetricsOptions,
  make: Maker,
): MetricData[] {
  const of = ({ run }: ProcessInfo): Attributes => Object.fromEntries(instanceLabels(run, labels));
  const each = (valueOf: (process: ProcessInfo) => number): Sample[] =>
    processes.map((process) => [of(process), valueOf(process)]);
  const online = processes.filter(({ status, startedAt }) => status === 'online' && startedAt !== undefined);
  const metrics = [
    make.gauge(
      'pm2_process_cpu_ratio',
      'Share of processor time that the process uses: 1 is one processor.',
      each(({ cpuRatio }) => cpuRatio),
    ),
    make.gauge(
      'pm2_process_resident_memory_bytes',
      'Resident memory of the process.',
      each(({ memoryBytes }) => memoryBytes),
    ),
    make.gauge(
      'pm2_process_memory_limit_bytes',
      'Memory at which PM2 restarts the process (max_memory_restart).',
      processes.flatMap((process): Sample[] =>
        process.memoryLimitBytes === undefined ? [] : [[of(process), process.memoryLimitBytes]],
      ),
    ),
    make.counter(
      'pm2_process_restarts_total',
      'How often PM2 has restarted the process.',
      each(({ restarts }) => restarts),
    ),
    make.gauge(
      'pm2_process_unstable_restarts',
      'How many times in a row the process has ended soon after its start.',
      each(({ unstableRestarts }) => unstableRestarts),
    ),
    make.gauge(
      'pm2_process_start_time_seconds',
      'Start of the process, in seconds since the epoch.',
      online.map((process) => [of(process), (process.startedAt as number) / 1000]),
    ),
    make.gauge(
      'pm2_process_uptime_seconds',
      'Time since the start of the process.',
      online.map((process) => [of(process), Math.max(0, make.now - (process.startedAt as number)) / 1000]),
    ),
    make.gauge(
      'pm2_process_status',
      'State of the process: 1 for the current one, 0 for all others.',
      processes.flatMap((process) =>
        statusesOf(process).map((status): Sample => [{ ...of(process), status }, status === process.status ? 1 : 0]),
      ),
    ),
  ];
  if (!monitor) return metrics;
  const shown = processes.flatMap((process) =>
    process.monitor.map(({ name, value }): Sample => [{ ...of(process), name }, value]),
  );
  return [
    ...metrics,
    make.gauge('pm2_axm_monitor', 'Value that the process shows in pm2 monit, without its unit.', shown),
  ];
}

function statusesOf({ status }: ProcessInfo): readonly string[] {
  return STATUSES.includes(status) ? STATUSES : [...STATUSES, status];
}

class Maker {
  constructor(
    private readonly start: HrTime,
    private readonly end: HrTime,
  ) {}

  /** Epoch milliseconds. */
  get now(): number {
    return this.end[0] * 1e3 + this.end[1] / 1e6;
  }

  gauge(name: string, description: string, samples: readonly Sample[]): MetricData {
    return { ...this.metric(name, description, samples), dataPointType: DataPointType.GAUGE };
  }

  counter(name: string, description: string, samples: readonly Sample[]): MetricData {
    return { ...this.metric(name, description, samples), dataPointType: DataPointType.SUM, isMonotonic: true };
  }

  private metric(
    name: string,
    description: string,
    samples: readonly Sample[],
  ): Omit<MetricData, 'dataPointType' | 'isMonotonic'> {
    const { start: startTime, end: endTime } = this;
    return {
      // Exporters up to 0.57 derive the suffix _total from the kind of instrument. These names have it, so no kind is needed.
      descriptor: { name, description, unit: '', valueType: 1 },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPoints: samples.map(([attributes, value]): DataPoint => ({ attributes, startTime, endTime, value })),
    };
  }
}

function hrTime(millis: number): HrTime {
  const seconds = Math.floor(millis / 1000);
  return [seconds, Math.round((millis - seconds * 1000) * 1e6)];
}

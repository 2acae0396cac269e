/** Has a worker thread compute the probes of each snapshot, and hands them to `Probes`, which shows them. */
import type { Snapshot } from '../../core/snapshot';
import { messageOf } from '../../core/values';
import type { Shown } from '../../protocol/shown';
import type { ProbesTask, ProbeValue } from '../../protocol/tasks';
import type { ExporterConfig } from '../config/config';
import { ownNames, withoutDefaults } from '../config/default-metrics';
import { rowNames, shownEntries } from '../config/shown';
import type { Probes } from '../pmx/probes';
import type { ExporterPool } from '../pool/exporter-pool';
import { PatternWatch } from './pattern-watch';
import { RoomWatch } from './room-watch';
import type { StateLog } from '../../core/state-log';

export interface FeedOptions {
  readonly pool: Pick<ExporterPool, 'run'>;
  readonly config: ExporterConfig;
  readonly states: StateLog;
  readonly probes: Pick<Probes, 'names' | 'show'>;
}

const UPDATING = { name: 'Updating the probes in pm2 monit', consequence: 'so they keep their last numbers' };

export class ProbeFeed {
  /** A metric that once had too many series stays an aggregate, so that names do not come and go. */
  private aggregated: readonly string[] = [];
  private next: Snapshot | undefined;
  /** The last list of probes. */
  private shown: { readonly probes: readonly ProbeValue[]; readonly leftOut: number } | undefined;
  private busy = false;
  private stopped = false;

  private readonly patterns: PatternWatch;
  private readonly room: RoomWatch;
  private readonly select: readonly Shown[];

  constructor(private readonly options: FeedOptions) {
    const { mashroomMetrics } = options.config;
    this.patterns = new PatternWatch(withoutDefaults(mashroomMetrics), options.states);
    this.select = shownEntries(mashroomMetrics);
    this.room = new RoomWatch(ownNames(mashroomMetrics), rowNames(this.select), options.states);
  }

  /** Takes the latest snapshot. It replaces one that still waits for the end of the work on an earlier one. */
  update(snapshot: Snapshot): void {
    this.next = snapshot;
    if (!this.busy) void this.work();
  }

  /** Shows, beside the numbers of the last snapshot, that they are old. The next snapshot ends it. */
  showAge(ageMs: number): void {
    if (this.stopped || this.shown === undefined) return;
    const age = { name: 'pm2_exporter_snapshot_age_seconds', value: Math.round(ageMs / 1000), unit: 's' };
    this.options.probes.show([...this.shown.probes, age], this.shown.leftOut);
  }

  stop(): void {
    this.stopped = true;
    this.next = undefined;
    this.shown = undefined;
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.next !== undefined) {
      const snapshot = this.next;
      this.next = undefined;
      await this.computeAndShow(snapshot).catch((error: unknown) => this.report(messageOf(error)));
    }
    this.busy = false;
  }

  private async computeAndShow(snapshot: Snapshot): Promise<void> {
    const { pool, config, probes } = this.options;
    const { lookFor } = this.patterns;
    const { checkRoom } = this.room;
    const task: ProbesTask = {
      kind: 'probes',
      snapshot,
      select: this.select,
      counters: config.probes.counters,
      perMetric: config.probes.perMetric,
      aggregated: this.aggregated,
      names: probes.names,
      ...(lookFor !== undefined && snapshot.stats.series > 0 && { lookFor }),
      ...(checkRoom !== undefined && { checkRoom }),
    };
    const result = await pool.run(task);
    // The pool has told the user.
    if (this.stopped || (!result.ok && result.code === 'WORKER_UNAVAILABLE')) return;
    this.report(result.ok ? undefined : `${result.message} (${result.code})`);
    if (!result.ok) return;
    this.keepAggregated(result.aggregated);
    if (result.unmatched !== undefined) this.patterns.note(result.unmatched);
    if (result.withoutRoom !== undefined) this.room.note(result.withoutRoom);
    this.shown = { probes: [...result.probes, ...ownProbes(snapshot, config)], leftOut: result.leftOut };
    probes.show(this.shown.probes, this.shown.leftOut);
  }

  private keepAggregated(metrics: readonly string[]): void {
    const { config, states } = this.options;
    for (const metric of metrics) {
      const limit = `more than ${config.probes.perMetric} series (probes.perMetric)`;
      states.warnOnce(
        `aggregate of ${metric}`,
        `pm2 monit shows ${metric} as its aggregate, since it has ${limit}. Raise probes.perMetric to see each series`,
      );
    }
    this.aggregated = metrics;
  }

  private report(trouble: string | undefined): void {
    if (!this.stopped) this.options.states.report(UPDATING, trouble);
  }
}

/** What the exporter shows of itself: only what differs from the configuration. */
function ownProbes({ stats }: Snapshot, config: ExporterConfig): ProbeValue[] {
  const probes: ProbeValue[] = [];
  if (stats.intervalMs > config.intervalMs) {
    probes.push({ name: 'pm2_exporter_interval_seconds', value: stats.intervalMs / 1000, unit: 's' });
  }
  if (stats.droppedSeries > 0) probes.push({ name: 'pm2_exporter_dropped_series', value: stats.droppedSeries });
  const { overflowedMetrics = 0 } = stats;
  if (overflowedMetrics > 0) probes.push({ name: 'pm2_exporter_overflowed_metrics', value: overflowedMetrics });
  return probes;
}

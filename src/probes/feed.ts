/** Has a worker compute what the probes show of each snapshot, and hands it to them. */
import type { Snapshot } from '../../core/snapshot';
import type { ProbesTask, ProbeValue } from '../../protocol/tasks';
import type { ExporterConfig } from '../config/config';
import type { Probes } from '../pmx/probes';
import type { ExporterPool } from '../pool/exporter-pool';
import type { StateLog } from '../state-log';

export interface FeedOptions {
  readonly pool: Pick<ExporterPool, 'run'>;
  readonly config: ExporterConfig;
  readonly states: StateLog;
  readonly probes: Pick<Probes, 'names' | 'show'>;
}

export class ProbeFeed {
  /** Metrics that have once had too many series stay aggregates, so that names do not come and go. */
  private aggregated: readonly string[] = [];
  private next: Snapshot | undefined;
  private busy = false;
  private stopped = false;

  constructor(private readonly options: FeedOptions) {}

  /** The latest snapshot is what counts: one that comes while another is worked on takes the place of those waiting. */
  update(snapshot: Snapshot): void {
    this.next = snapshot;
    if (!this.busy) void this.work();
  }

  stop(): void {
    this.stopped = true;
    this.next = undefined;
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.next !== undefined) {
      const snapshot = this.next;
      this.next = undefined;
      await this.compute(snapshot).catch((error: unknown) => this.report(String(error)));
    }
    this.busy = false;
  }

  private async compute(snapshot: Snapshot): Promise<void> {
    const { pool, config, states, probes } = this.options;
    const task: ProbesTask = {
      kind: 'probes',
      snapshot,
      select: config.mashroomMetrics,
      counters: config.probes.counters,
      perMetric: config.probes.perMetric,
      aggregated: this.aggregated,
      names: probes.names,
    };
    const result = await pool.run(task);
    if (this.stopped) return;
    this.report(result.ok ? undefined : `${result.message} (${result.code})`);
    if (!result.ok) return;
    const before = new Set(this.aggregated);
    for (const metric of result.aggregated) {
      if (before.has(metric)) continue;
      const limit = `more than ${config.probes.perMetric} series (probes.perMetric)`;
      states.once(`aggregate of ${metric}`, `${metric} has ${limit} and is shown as its aggregate`);
    }
    this.aggregated = result.aggregated;
    probes.show([...result.probes, ...ownProbes(snapshot, config)], result.leftOut);
  }

  private report(trouble: string | undefined): void {
    if (!this.stopped) this.options.states.report('Computing the probes', trouble);
  }
}

/** What the exporter has to say of itself: nothing, as long as all is as configured. */
function ownProbes({ stats }: Snapshot, config: ExporterConfig): ProbeValue[] {
  const probes: ProbeValue[] = [];
  if (stats.intervalMs > config.intervalMs) {
    probes.push({ name: 'pm2_exporter_interval_seconds', value: stats.intervalMs / 1000, unit: 's' });
  }
  if (stats.droppedSeries > 0) probes.push({ name: 'pm2_exporter_dropped_series', value: stats.droppedSeries });
  return probes;
}

/** Has a worker thread compute the probes of each snapshot, and hands them to `Probes`, which shows them. */
import type { Snapshot } from '../../core/snapshot';
import { messageOf } from '../../core/values';
import type { Shown } from '../../protocol/shown';
import type { ProbesTask, ProbeValue } from '../../protocol/tasks';
import type { ExporterConfig } from '../config/config';
import { withoutDefaults } from '../config/default-metrics';
import { rowNames, shownEntries } from '../config/shown';
import type { Probes } from '../pmx/probes';
import type { ExporterPool } from '../pool/exporter-pool';
import { OwnProbes } from './own-probes';
import { PatternWatch } from './pattern-watch';
import type { StateLog } from '../../core/state-log';

export interface FeedOptions {
  readonly pool: Pick<ExporterPool, 'run'>;
  readonly config: ExporterConfig;
  readonly states: StateLog;
  readonly probes: Pick<Probes, 'names' | 'others' | 'shortNames' | 'show'>;
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
  private readonly own: OwnProbes;
  private readonly select: readonly Shown[];
  /** Names that no metric gets. */
  private readonly fixed: readonly string[];

  constructor(private readonly options: FeedOptions) {
    const { mashroomMetrics } = options.config;
    this.patterns = new PatternWatch(withoutDefaults(mashroomMetrics), options.states);
    this.select = shownEntries(mashroomMetrics);
    this.own = new OwnProbes(options.config, rowNames(this.select));
    this.fixed = [...rowNames(this.select), ...this.own.names];
  }

  /** Takes the latest snapshot. It replaces one that still waits for the end of the work on an earlier one. */
  update(snapshot: Snapshot): void {
    this.next = snapshot;
    if (!this.busy) void this.work();
  }

  /** Shows, beside the numbers of the last snapshot, that they are old. The next snapshot ends it. */
  showAge(ageMs: number): void {
    if (this.stopped || this.shown === undefined) return;
    this.options.probes.show([...this.shown.probes, this.own.age(ageMs)], this.shown.leftOut);
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
    const task: ProbesTask = {
      kind: 'probes',
      snapshot,
      select: this.select,
      counters: config.probes.counters,
      perMetric: config.probes.perMetric,
      aggregated: this.aggregated,
      names: probes.names,
      ...(config.probes.names === 'short' && {
        short: { given: probes.shortNames, taken: [...this.fixed, ...probes.others] },
      }),
      ...(lookFor !== undefined && snapshot.stats.series > 0 && { lookFor }),
    };
    const result = await pool.run(task);
    // The pool has told the user.
    if (this.stopped || (!result.ok && result.code === 'WORKER_UNAVAILABLE')) return;
    this.report(result.ok ? undefined : `${result.message} (${result.code})`);
    if (!result.ok) return;
    this.keepAggregated(result.aggregated);
    if (result.unmatched !== undefined) this.patterns.note(result.unmatched);
    if (result.shortNames !== undefined) probes.shortNames = result.shortNames;
    this.shown = { probes: [...result.probes, ...this.own.of(snapshot)], leftOut: result.leftOut };
    probes.show(this.shown.probes, this.shown.leftOut);
  }

  private keepAggregated(metrics: readonly string[]): void {
    const { config, states } = this.options;
    for (const metric of metrics) {
      const limit = `more than ${config.probes.perMetric} series (probes.perMetric)`;
      states.warnOnce(
        `aggregate of ${metric}`,
        `pm2 monit shows ${metric} as its aggregate, since it has ${limit}. Raise probes.perMetric to see its series`,
      );
    }
    this.aggregated = metrics;
  }

  private report(trouble: string | undefined): void {
    if (!this.stopped) this.options.states.report(UPDATING, trouble);
  }
}

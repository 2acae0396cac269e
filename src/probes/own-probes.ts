/** What the exporter shows of itself: only what differs from the configuration. */
import { rowOf } from '../../core/monit/row';
import { ShortNames } from '../../core/monit/short-names';
import type { Snapshot } from '../../core/snapshot';
import type { ProbeValue } from '../../protocol/tasks';
import type { ExporterConfig } from '../config/config';

const SHORT = {
  pm2_exporter_snapshot_age_seconds: 'age',
  pm2_exporter_interval_seconds: 'every',
  pm2_exporter_dropped_series: 'dropped',
  pm2_exporter_overflowed_metrics: 'overflw',
} as const;
type OwnProbe = keyof typeof SHORT;

export class OwnProbes {
  private readonly short: ShortNames | undefined;

  /** @param taken names of other rows */
  constructor(
    private readonly config: ExporterConfig,
    taken: readonly string[],
  ) {
    if (config.probes.names === 'full') return;
    this.short = new ShortNames([], taken);
    for (const [name, short] of Object.entries(SHORT)) this.short.of(name, () => short);
  }

  /** The short ones; none where the names are full. */
  get names(): readonly string[] {
    return this.short?.all.map(({ name }) => name) ?? [];
  }

  of({ stats }: Snapshot): readonly ProbeValue[] {
    const { intervalMs, droppedSeries, overflowedMetrics = 0 } = stats;
    const probes: ProbeValue[] = [];
    if (intervalMs > this.config.intervalMs) {
      probes.push(this.probe('pm2_exporter_interval_seconds', intervalMs / 1000, 's'));
    }
    if (droppedSeries > 0) probes.push(this.probe('pm2_exporter_dropped_series', droppedSeries));
    if (overflowedMetrics > 0) probes.push(this.probe('pm2_exporter_overflowed_metrics', overflowedMetrics));
    return probes;
  }

  age(ageMs: number): ProbeValue {
    return this.probe('pm2_exporter_snapshot_age_seconds', Math.round(ageMs / 1000), 's');
  }

  private probe(name: OwnProbe, value: number, unit?: string): ProbeValue {
    if (this.short === undefined) return { name, value, ...(unit !== undefined && { unit }) };
    return rowOf(this.short.of(name, () => SHORT[name]).name, value, unit, name);
  }
}

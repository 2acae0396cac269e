/**
 * Shows a list of values as @pm2/io probes, and keeps their number bounded: @pm2/io sends every probe every second,
 * and PM2's daemon never forgets a name until the process restarts.
 */
import type { ProbeNames, ProbeValue } from '../../protocol/tasks';
import type { Logger } from '../logger';
import { GONE, metricServiceOf, sendGone } from './instance';
import type { PmxGauge, PmxIo, PmxMetric, PmxMetricService } from './instance';

export interface ProbesOptions {
  readonly io: PmxIo;
  readonly logger: Logger;
  /** Names in the life of the process at the most. */
  readonly max: number;
}

export interface Probes {
  /**
   * Takes the full list. A name that is missing in it is shown as gone until it comes back; `NaN` leaves what is
   * shown.
   * @param leftOut how many more there are, which were not even sent here
   */
  set(values: readonly ProbeValue[], leftOut?: number): void;
  readonly names: ProbeNames;
  /** Takes the probes out of @pm2/io. Repeatable. */
  stop(): void;
}

/**
 * Every name that was ever a probe in this process. On the global object, since the bound is the daemon's memory and
 * holds over stops, starts and fresh instances of this module.
 */
const LEDGER_KEY = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter probe names');

interface Probe {
  gauge: PmxGauge;
  shown: number | string;
  unit: string | undefined;
  /** The number of the list that has last had this name. */
  round: number;
}

export function createProbes(options: ProbesOptions): Probes {
  return new ProbeRegistry(options);
}

class ProbeRegistry implements Probes {
  private readonly ledger = ledger();
  private readonly probes = new Map<string, Probe>();
  /** Names that somebody else shows something under. */
  private readonly taken = new Set<string>();
  private round = 0;
  private boundTold = false;
  private stopped = false;

  constructor(private readonly options: ProbesOptions) {}

  get names(): ProbeNames {
    return { known: [...this.ledger, ...this.taken], room: Math.max(0, this.options.max - this.ledger.size) };
  }

  set(values: readonly ProbeValue[], leftOutBefore = 0): void {
    const service = metricServiceOf(this.options.io);
    if (this.stopped || service === undefined) return;
    this.round += 1;
    const leftOut = new Set<string>();
    for (const value of values) {
      const probe = this.probes.get(value.name);
      if (probe) this.update(service, probe, value);
      else if (!Number.isNaN(value.value) && !this.admit(service, value)) leftOut.add(value.name);
    }
    for (const probe of this.probes.values()) {
      if (probe.round !== this.round) show(probe, GONE);
    }
    if (leftOut.size + leftOutBefore > 0) this.tellBound(leftOut.size + leftOutBefore);
  }

  stop(): void {
    if (this.stopped) return;
    this.stopped = true;
    const { io } = this.options;
    const service = metricServiceOf(io);
    const over: PmxMetric[] = [];
    for (const [name, probe] of this.probes) {
      const metric = service?.metrics.get(name);
      if (metric?.implementation !== probe.gauge) continue;
      over.push(metric);
      service?.metrics.delete(name);
    }
    this.probes.clear();
    sendGone(io, over);
  }

  private update(service: PmxMetricService, probe: Probe, { name, value, unit }: ProbeValue): void {
    probe.round = this.round;
    const metric = service.metrics.get(name);
    if (metric === undefined) {
      // An `io.init()` of the app's own has begun anew, without us.
      probe.gauge = this.register(name, unit);
      probe.gauge.set(probe.shown);
      probe.unit = unit;
    } else if (metric.implementation !== probe.gauge) {
      this.probes.delete(name);
      this.tellTaken(name);
      return;
    } else if (probe.unit !== unit) {
      metric.unit = probe.unit = unit;
    }
    if (!Number.isNaN(value)) show(probe, shownAs(value));
  }

  /** @returns false if there are too many already */
  private admit(service: PmxMetricService, { name, value, unit }: ProbeValue): boolean {
    if (service.metrics.has(name)) {
      this.tellTaken(name);
      return true;
    }
    if (!this.ledger.has(name) && this.ledger.size >= this.options.max) return false;
    this.ledger.add(name);
    const probe = { gauge: this.register(name, unit), shown: shownAs(value), unit, round: this.round };
    probe.gauge.set(probe.shown);
    this.probes.set(name, probe);
    return true;
  }

  private register(name: string, unit: string | undefined): PmxGauge {
    return this.options.io.metric(unit === undefined ? { name } : { name, unit });
  }

  private tellTaken(name: string): void {
    if (this.taken.has(name)) return;
    this.taken.add(name);
    this.options.logger.warn(`The metric ${name} is not shown: there is a probe of that name which is not ours`);
  }

  private tellBound(count: number): void {
    if (this.boundTold) return;
    this.boundTold = true;
    const { max, logger } = this.options;
    logger.warn(
      `${count} probes are not shown, since a process may have ${max} in its life: ` +
        'select fewer in mashroomMetrics, lower probes.perMetric, or raise probes.max',
    );
  }
}

function show(probe: Probe, shown: number | string): void {
  if (probe.shown === shown) return;
  probe.shown = shown;
  probe.gauge.set(shown);
}

/** Infinity would reach the daemon as JSON's `null`. */
function shownAs(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return value > 0 ? '+Inf' : '-Inf';
}

function ledger(): Set<string> {
  const processWide = globalThis as { [LEDGER_KEY]?: Set<string> };
  return (processWide[LEDGER_KEY] ??= new Set());
}

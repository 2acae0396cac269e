/**
 * Shows a list of values as @pm2/io probes and bounds their number: @pm2/io sends every probe every second, and PM2's
 * daemon keeps each name until the process restarts.
 */
import type { ShortName } from '../../core/monit/short-names';
import type { ProbeNames, ProbeValue } from '../../protocol/tasks';
import type { Logger } from '../logger';
import { GONE, metricServiceOf, sendGone } from './io';
import type { PmxGauge, PmxIo, PmxMetric, PmxMetricOptions, PmxMetricService } from './io';

/**
 * It is on the global object because the bound limits the daemon's memory, and so holds over stops, starts and new instances of
 * this module. For the same reason names do not change their meaning.
 */
interface Ledger {
  /** Every name that was ever a probe in this process. */
  readonly names: Set<string>;
  shortNames: readonly ShortName[];
}

const LEDGER_KEY = Symbol.for('@mashroom/mashroom-monitoring-pm2-exporter probe names');

interface Probe {
  gauge: PmxGauge;
  shown: number | string;
  unit: string | undefined;
  /** The number of the last list that had this name. */
  lastList: number;
}

export class Probes {
  private readonly ledger = ledger();
  private readonly probes = new Map<string, Probe>();
  /** Names under which the app or @pm2/io shows probes of its own. */
  private readonly taken = new Set<string>();
  private lists = 0;
  private warnedOfBound = false;
  private stopped = false;

  /**
   * @param io `undefined` where there is none: then nothing is shown
   * @param maxNames limit on the number of names over the life of the process
   */
  constructor(
    private readonly io: PmxIo | undefined,
    private readonly maxNames: number,
    private readonly logger: Logger,
  ) {}

  get names(): ProbeNames {
    if (this.io === undefined) return { known: [], room: 0 };
    return { known: [...this.ledger.names, ...this.taken], room: Math.max(0, this.maxNames - this.ledger.names.size) };
  }

  /** The short names that metrics have got in the life of the process. */
  get shortNames(): readonly ShortName[] {
    return this.ledger.shortNames;
  }

  set shortNames(names: readonly ShortName[]) {
    this.ledger.shortNames = names;
  }

  /** Names of the probes that the app and @pm2/io have now. */
  get others(): readonly string[] {
    const metrics = this.io && metricServiceOf(this.io)?.metrics;
    return [...(metrics ?? [])].flatMap(([name, { implementation }]) =>
      this.probes.get(name)?.gauge === implementation ? [] : name,
    );
  }

  /**
   * Takes the full list. A name without a number, or that is missing in the list, shows as gone until a later list has one.
   * @param leftOut how many more probes there are, which were left out of the list for lack of room
   */
  show(values: readonly ProbeValue[], leftOut: number): void {
    const { io } = this;
    const service = io && metricServiceOf(io);
    if (this.stopped || io === undefined || service === undefined) return;
    this.lists += 1;
    const refused = new Set<string>();
    for (const value of values) {
      const probe = this.probes.get(value.name);
      if (probe) this.update(io, service, probe, value);
      else if (isShown(value) && !this.add(io, service, value)) refused.add(value.name);
    }
    for (const probe of this.probes.values()) {
      if (probe.lastList !== this.lists) setShown(probe, GONE);
    }
    if (refused.size + leftOut > 0) this.warnOfBound(refused.size + leftOut);
  }

  /** Removes the probes from @pm2/io. Repeatable. */
  stop(): void {
    const { io } = this;
    if (this.stopped || io === undefined) return;
    this.stopped = true;
    const service = metricServiceOf(io);
    const removed: PmxMetric[] = [];
    for (const [name, probe] of this.probes) {
      const metric = service?.metrics.get(name);
      if (metric?.implementation !== probe.gauge) continue;
      removed.push(metric);
      service?.metrics.delete(name);
    }
    this.probes.clear();
    sendGone(io, removed);
  }

  private update(io: PmxIo, service: PmxMetricService, probe: Probe, { name, value, unit }: ProbeValue): void {
    probe.lastList = this.lists;
    const metric = service.metrics.get(name);
    if (metric === undefined) {
      // The app has called `io.init()`, and the new service does not have our probes.
      probe.gauge = register(io, name, unit);
      probe.gauge.set(probe.shown);
      probe.unit = unit;
    } else if (metric.implementation !== probe.gauge) {
      this.probes.delete(name);
      this.noteTaken(name);
      return;
    } else if (probe.unit !== unit) {
      metric.unit = probe.unit = unit;
    }
    setShown(probe, shownOf(value));
  }

  /** @returns false where there is no room for the name */
  private add(io: PmxIo, service: PmxMetricService, { name, value, unit }: ProbeValue): boolean {
    if (service.metrics.has(name)) {
      this.noteTaken(name);
      return true;
    }
    if (!this.ledger.names.has(name) && this.ledger.names.size >= this.maxNames) return false;
    this.ledger.names.add(name);
    const probe = { gauge: register(io, name, unit), shown: shownOf(value), unit, lastList: this.lists };
    probe.gauge.set(probe.shown);
    this.probes.set(name, probe);
    return true;
  }

  private noteTaken(name: string): void {
    if (this.taken.has(name)) return;
    this.taken.add(name);
    this.logger.warn(`The metric ${name} is not shown in pm2 monit: the app or PM2 has a probe of the same name`);
  }

  private warnOfBound(count: number): void {
    if (this.warnedOfBound) return;
    this.warnedOfBound = true;
    this.logger.warn(
      `${count} probes are not shown in pm2 monit: a process may have ${this.maxNames} probe names until it restarts ` +
        '(probes.max). Select fewer metrics in mashroomMetrics, lower probes.perMetric, or raise probes.max',
    );
  }
}

function register(io: PmxIo, name: string, unit: string | undefined): PmxGauge {
  // Without a prototype: what an app has added to `Object.prototype` would be taken for options.
  return io.metric({ __proto__: null, name, ...(unit !== undefined && { unit }) } as PmxMetricOptions);
}

function setShown(probe: Probe, shown: number | string): void {
  if (probe.shown === shown) return;
  probe.shown = shown;
  probe.gauge.set(shown);
}

function isShown({ value, early }: ProbeValue): boolean {
  return early === true || !Number.isNaN(value);
}

/** JSON would turn an infinite number into `null` on its way to the daemon. */
function shownOf(value: number): number | string {
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return GONE;
  return value > 0 ? '+Inf' : '-Inf';
}

function ledger(): Ledger {
  const processWide = globalThis as { [LEDGER_KEY]?: Ledger };
  return (processWide[LEDGER_KEY] ??= { names: new Set(), shortNames: [] });
}

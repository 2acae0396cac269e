/** Collects probes so that each name occurs once. */
import type { ProbeNames, ProbeValue } from '../../protocol/tasks';

/**
 * Names that are kept apart at the most: more than there may ever be probes, and few enough that the list does not grow with
 * the number of series.
 */
const MAX_NAMES = 50_000;

export class ProbeList {
  private readonly byName = new Map<string, { probe: ProbeValue; readonly additive: boolean }>();
  private readonly inUse: ReadonlySet<string>;
  /** How many numbers with further names there were, for which there is no room in any case. */
  private beyond = 0;

  constructor(private readonly names: ProbeNames) {
    this.inUse = new Set(names.known);
  }

  /**
   * Merges probes of the same name, such as those of one metric in two scopes: the values of sums are added up; of other
   * metrics the first value stays.
   *
   * @param additive whether the value is of a sum
   */
  add(name: string, value: number, unit: string | undefined, additive: boolean): void {
    this.addProbe(unit === undefined ? { name, value } : { name, value, unit }, additive);
  }

  /** @param probe the only one with its name */
  addOnly(probe: ProbeValue): void {
    this.addProbe(probe, false);
  }

  /** Counts a number with a further name, for which there is no room. */
  leaveOut(): void {
    this.beyond++;
  }

  private addProbe(probe: ProbeValue, additive: boolean): void {
    const { name, value } = probe;
    const known = this.byName.get(name);
    if (known === undefined && this.byName.size >= MAX_NAMES && !this.inUse.has(name)) {
      if (!Number.isNaN(value)) this.beyond++;
    } else if (known === undefined) {
      this.byName.set(name, { probe, additive });
    } else if (additive && known.additive && !Number.isNaN(value)) {
      const former = known.probe;
      known.probe = { ...former, value: Number.isNaN(former.value) ? value : former.value + value };
    }
  }

  /** @returns the probes for which there is room, in their order, and the number of the others */
  finish(): { readonly probes: ProbeValue[]; readonly leftOut: number } {
    const { room } = this.names;
    const probes: ProbeValue[] = [];
    let numbers = 0;
    let others = 0;
    let leftOut = this.beyond;
    for (const { probe } of this.byName.values()) {
      // A new name without a number takes no room yet. The number of these is bounded as well.
      const isNumber = !Number.isNaN(probe.value) || probe.early === true;
      if (this.inUse.has(probe.name) || (isNumber ? numbers++ : others++) < room) probes.push(probe);
      else if (isNumber) leftOut++;
    }
    return { probes, leftOut };
  }
}

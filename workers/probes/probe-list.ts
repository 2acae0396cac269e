/** Gathers probes by name, each name once. */
import type { ProbeNames, ProbeValue } from '../../protocol/tasks';

export class ProbeList {
  private readonly byName = new Map<string, { probe: ProbeValue; readonly additive: boolean }>();

  /**
   * Where a name comes again, as for one metric in two scopes, sums are added up, of all else the first one stays.
   */
  add(name: string, value: number, unit: string | undefined, additive: boolean): void {
    const known = this.byName.get(name);
    if (known === undefined) {
      this.byName.set(name, { probe: unit === undefined ? { name, value } : { name, value, unit }, additive });
    } else if (additive && known.additive && !Number.isNaN(value)) {
      const { probe } = known;
      known.probe = { ...probe, value: Number.isNaN(probe.value) ? value : probe.value + value };
    }
  }

  /** Those that there is room for, in their order. */
  within({ known, room }: ProbeNames): { readonly probes: ProbeValue[]; readonly leftOut: number } {
    const inUse = new Set(known);
    const probes: ProbeValue[] = [];
    let numbers = 0;
    let others = 0;
    let leftOut = 0;
    for (const { probe } of this.byName.values()) {
      // A new name takes no room before it has a number, but not any number of them may come either.
      const isNumber = !Number.isNaN(probe.value);
      if (inUse.has(probe.name) || (isNumber ? numbers++ : others++) < room) probes.push(probe);
      else if (isNumber) leftOut++;
    }
    return { probes, leftOut };
  }
}

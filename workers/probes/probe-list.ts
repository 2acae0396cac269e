/** Gathers probes by name, each name once. */
import type { ProbeValue } from '../../protocol/tasks';

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

  probes(): ProbeValue[] {
    return Array.from(this.byName.values(), ({ probe }) => probe);
  }
}

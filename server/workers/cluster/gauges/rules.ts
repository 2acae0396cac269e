/**
 * How gauges, and sums that may fall, are merged: by the first of the user's rules that matches the metric's name, else by the
 * metric's own rule, else by the first of the default rules.
 */
import type { GaugeMerge, GaugeRule } from '../../../protocol/tasks';
import { Selector } from '../../../../core/select';
import type { Family } from '../../../../core/snapshot';
import { isAdded, type Merge } from '../series/families/families';
import { DEFAULT_GAUGE_RULES } from './default-rules';

/** What only grows is added, whatever the rule of the metric is: no other rule gives a number that never goes down. */
export function mergeOf({ descriptor, dataPointType, isMonotonic, aggregator }: Family, rules: GaugeRules): Merge {
  if (isAdded(dataPointType, isMonotonic)) return aggregator === 'omit' ? 'omit' : 'add';
  return rules.mergeOf(descriptor.name, aggregator === 'average' ? 'avg' : aggregator);
}

export class GaugeRules {
  private readonly merges: readonly GaugeMerge[];
  private readonly selector: Selector;
  /** By name: index of the first rule that matches; infinite if none does. */
  private readonly byName = new Map<string, number>();

  constructor(private readonly rules: readonly GaugeRule[]) {
    const all = [...rules, ...DEFAULT_GAUGE_RULES];
    this.merges = all.map(({ merge }) => merge);
    this.selector = new Selector(all.map(({ match }) => match));
  }

  /** @param own the metric's own rule */
  mergeOf<Own extends string>(name: string, own?: Own): GaugeMerge | Own {
    const rank = this.rankOf(name);
    const isOfUser = rank < this.rules.length;
    return (isOfUser ? undefined : own) ?? this.merges[rank] ?? 'sum';
  }

  private rankOf(name: string): number {
    let rank = this.byName.get(name);
    if (rank === undefined) {
      const ranks = [name, prometheusName(name)].map((one) => this.selector.rank(one)).filter((one) => one >= 0);
      rank = Math.min(...ranks);
      if (this.byName.size >= MAX_NAMES) this.byName.clear();
      this.byName.set(name, rank);
    }
    return rank;
  }
}

const MAX_NAMES = 10_000;

/** The name that the official serializer makes of it. */
function prometheusName(name: string): string {
  return name.replace(/[^a-z0-9_]/gi, '_').replace(/_{2,}/g, '_');
}

/** How gauges, and sums that may fall, are merged: the first rule that matches the metric's name counts. */
import type { GaugeMerge, GaugeRule } from '../../../protocol/tasks';
import { Selector } from '../../../../core/select';
import { DEFAULT_GAUGE_RULES } from './default-rules';

export class GaugeRules {
  private readonly merges: readonly GaugeMerge[];
  private readonly selector: Selector;
  private readonly byName = new Map<string, GaugeMerge>();

  constructor(rules: readonly GaugeRule[]) {
    const all = [...rules, ...DEFAULT_GAUGE_RULES];
    this.merges = all.map(({ merge }) => merge);
    this.selector = new Selector(all.map(({ match }) => match));
  }

  mergeOf(name: string): GaugeMerge {
    let merge = this.byName.get(name);
    if (merge === undefined) {
      const ranks = [name, prometheusName(name)].map((one) => this.selector.rank(one)).filter((rank) => rank >= 0);
      merge = this.merges[Math.min(...ranks)] ?? 'sum';
      if (this.byName.size >= MAX_NAMES) this.byName.clear();
      this.byName.set(name, merge);
    }
    return merge;
  }
}

const MAX_NAMES = 10_000;

/** The name that the official serializer makes of it. */
function prometheusName(name: string): string {
  return name.replace(/[^a-z0-9_]/gi, '_').replace(/_{2,}/g, '_');
}

/**
 * Brings the sums of a cluster up to date, round by round.
 *
 * ```
 * state ─┐  series/        sums/, gauges/             ┌─▶ next state
 * live ──┴─▶ map series ─▶ last, carried, gauges ─────┴─▶ merged snapshot, and one per instance with gauges of its own
 * ```
 *
 * Between tasks it keeps which series are which, which can be derived from a state. States are never written to: a task that
 * throws halfway changes nothing.
 */
import type { AbsorbResult, AbsorbTask, GaugeRule } from '../../protocol/tasks';
import { appKey, appLabels } from '../../protocol/labels';
import { regular } from '../identity/regular';
import { absorbApp } from './absorb-app';
import { PageMappings } from './series/page-mappings';
import { GaugeRules } from './gauges/rules';
import { emptyState } from './state/empty-state';

/** Apps whose page mappings are kept. A host with more apps has to make some of them again in each round. */
const MAX_APPS = 1000;

export class ClusterMerger {
  /** By {@link appKey}. */
  private readonly mappingsByApp = new Map<string, PageMappings>();
  private rules: { readonly key: string; readonly compiled: GaugeRules } | undefined;

  absorb({ apps, rules, maxEndedSeries, labels }: AbsorbTask): AbsorbResult {
    const compiled = this.compile(rules);
    const absorbed = apps.map((round) => {
      const state = round.state ?? emptyState();
      const live = round.live.map((one) => ({ ...one, snapshot: regular(one.snapshot) }));
      const app = appKey(round);
      let mappings = this.mappingsByApp.get(app);
      // Kept again only when the round is done: a round that throws may have added half of the new series.
      this.mappingsByApp.delete(app);
      if (mappings?.catchUp(state) !== true) mappings = new PageMappings(state, appLabels(round, labels));
      const result = absorbApp({ round: { ...round, live }, state, mappings, rules: compiled, maxEndedSeries, labels });
      this.keep(app, result.mappings);
      return { app, ...result };
    });
    return {
      ok: true,
      kind: 'absorb',
      apps: absorbed.map(({ app, state }) => ({ app, state })),
      snapshots: absorbed.flatMap(({ snapshots }) => snapshots),
      warnings: absorbed.flatMap(({ warnings }) => warnings),
    };
  }

  private keep(app: string, mappings: PageMappings): void {
    if (this.mappingsByApp.size >= MAX_APPS)
      this.mappingsByApp.delete(this.mappingsByApp.keys().next().value as string);
    this.mappingsByApp.set(app, mappings);
  }

  private compile(rules: readonly GaugeRule[]): GaugeRules {
    const key = JSON.stringify(rules);
    if (this.rules?.key !== key) this.rules = { key, compiled: new GaugeRules(rules) };
    return this.rules.compiled;
  }
}

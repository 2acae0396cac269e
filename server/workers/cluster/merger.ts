/**
 * Brings the sums of a cluster up to date, round by round.
 *
 * ```
 * state ─┐  mapping/,      sums/,       gauges/      ┌────────▶ next state
 * live ──┴─▶ repacking/ ─▶ last, carried, gauges ────┴─ shown/ ─▶ merged snapshot, and one per instance with gauges of its own
 * ```
 *
 * Between tasks it keeps which series are which, which can be derived from a state. States are never written to: a round that
 * throws halfway changes nothing.
 */
import type { AbsorbResult, AbsorbTask, AppRound, GaugeRule } from '../../protocol/tasks';
import type { RunSnapshot } from '../../protocol/run';
import { appKey, appLabels, instanceLabels } from '../../protocol/labels';
import { messageOf } from '../../../core/values';
import { regular } from '../numbers/regular';
import { Report } from '../report';
import { absorbApp, type AppResult } from './absorb-app';
import { PageMappings } from './mapping/page-mappings';
import { GaugeRules } from './gauges/rules';
import { emptyState } from './state/empty-state';

/** Apps whose page mappings are kept. A host with more apps has to make some of them again in each round. */
const MAX_APPS = 1000;

export class ClusterMerger {
  /** By {@link appKey}. */
  private readonly mappingsByApp = new Map<string, PageMappings>();
  private rules: { readonly key: string; readonly compiled: GaugeRules } | undefined;

  absorb(task: AbsorbTask): AbsorbResult {
    const report = new Report();
    const absorbed = task.apps.flatMap((round) => {
      const result = this.absorbRound(round, task, report);
      if (result === undefined) return [];
      const app = appKey(round);
      this.keep(app, result.mappings);
      for (const warning of result.warnings) report.warn(warning);
      return { app, ...result };
    });
    return {
      ok: true,
      kind: 'absorb',
      apps: absorbed.map(({ app, state }) => ({ app, state })),
      snapshots: absorbed.flatMap(({ snapshots }) => snapshots),
      warnings: report.warnings,
      dropped: report.dropped,
    };
  }

  /**
   * A run for which something throws counts as one that has not answered.
   * @returns `undefined` if the app cannot be added up: its state stays as it is
   */
  private absorbRound(round: AppRound, task: AbsorbTask, report: Report): AppResult | undefined {
    try {
      return this.tryRound(round, task);
    } catch {
      const fit = round.live.filter((one) => this.tryAlone(one, round, task, report));
      try {
        return this.tryRound(withOnly(round, fit), task);
      } catch (error) {
        const process = { labels: appLabels(round, task.labels) };
        const series = fit.reduce((sum, { snapshot }) => sum + snapshot.stats.series, 0);
        report.leaveOut(process, 'error', series, `App "${round.app}" cannot be added up: ${messageOf(error)}`);
        return undefined;
      }
    }
  }

  /** Reports the run if it cannot be added up alone. @returns whether it can */
  private tryAlone(one: RunSnapshot, round: AppRound, task: AbsorbTask, report: Report): boolean {
    try {
      this.tryRound(withOnly(round, [one]), task);
      return true;
    } catch (error) {
      const { run, snapshot } = one;
      const sentence = `App "${run.app}" (${run.pmId}) cannot be added up in /metrics/cluster: ${messageOf(error)}`;
      report.leaveOut({ labels: instanceLabels(run, task.labels) }, 'error', snapshot.stats.series, sentence);
      return false;
    }
  }

  private tryRound(round: AppRound, { rules, maxEndedSeries, labels }: AbsorbTask): AppResult {
    const state = round.state ?? emptyState();
    const live = round.live.map((one) => ({ ...one, snapshot: regular(one.snapshot) }));
    const app = appKey(round);
    let mappings = this.mappingsByApp.get(app);
    // Kept again only when the round is done: a round that throws may have added half of the new series.
    this.mappingsByApp.delete(app);
    if (mappings?.catchUp(state) !== true) mappings = new PageMappings(state, appLabels(round, labels));
    return absorbApp({
      ...{ round: { ...round, live }, state, mappings, maxEndedSeries, labels },
      rules: this.compile(rules),
    });
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

/** The round, as if the other live runs had not answered. */
function withOnly(round: AppRound, live: readonly RunSnapshot[]): AppRound {
  const others = round.live.filter((one) => !live.includes(one));
  return { ...round, live, silent: [...round.silent, ...others.map(({ run }) => run.key)] };
}

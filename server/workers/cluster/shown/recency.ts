/** Which of several layouts or types the run has that started last: that one is shown. */
import { START, type Layout } from '../../../../core/snapshot';
import type { AppFamily, LayoutSeries } from '../series/families/app-family';
import { layoutKey } from '../series/families/layouts';
import type { AppTask, MappedRound } from '../mapping/mapped-round';

export class Recency {
  /** For the series of runs that have answered: the place of the latest run in the order of starts, from 1. */
  private readonly ranks = new Map<LayoutSeries, number>();
  private readonly silent: readonly { readonly rank: number; readonly last: Float64Array }[];

  constructor(
    { round }: AppTask,
    private readonly mapped: MappedRound,
  ) {
    const rankOf = new Map(round.started.map((key, i) => [key, i + 1]));
    for (const { run, families } of mapped.live) {
      const rank = rankOf.get(run.key) ?? 0;
      for (const { into, pages } of families) {
        for (const { page } of pages) this.note(into.seriesFor(page.layout), rank);
      }
    }
    const runs = mapped.state.runs.filter(({ key }) => round.silent.includes(key));
    this.silent = runs.map(({ key, last }) => ({ rank: rankOf.get(key) ?? 0, last }));
  }

  /** The place of the latest run that has series of that layout; 0 if no run has one. */
  ofLayout(family: AppFamily, layout: Layout): number {
    const series = family.seriesOf(layout);
    const known = this.ranks.get(series) ?? 0;
    const key = layoutKey(layout);
    const has = (last: Float64Array): boolean =>
      family.pages.some(({ page, base }, p) => {
        if (layoutKey(page.layout) !== key || base >= last.length) return false;
        const { offsets } = this.mapped.mappings.appSeries;
        const serials = offsets.subarray(family.firsts[p], family.firsts[p]! + page.size);
        return serials.some((offset) => !Number.isNaN(last[offset + START]));
      });
    const rank = Math.max(known, ...this.silent.filter(({ last }) => has(last)).map((one) => one.rank));
    this.ranks.set(series, rank);
    return rank;
  }

  ofFamily(family: AppFamily): number {
    return Math.max(0, ...[...family.layouts.values()].map(({ layout }) => this.ofLayout(family, layout)));
  }

  /** The round since which no run has the series; infinite while one has it. */
  goneOf(serial: number): number {
    const round = this.mapped.state.gone[serial]!;
    return round === 0 ? Infinity : round;
  }

  /** The same of those series of the family that have gone last. */
  goneOfFamily({ pages, firsts }: AppFamily): number {
    let latest = 0;
    for (const [p, { page }] of pages.entries()) {
      for (let serial = firsts[p]!, end = serial + page.size; serial < end; serial++) {
        latest = Math.max(latest, this.goneOf(serial));
      }
    }
    return latest;
  }

  private note(series: LayoutSeries, rank: number): void {
    this.ranks.set(series, Math.max(rank, this.ranks.get(series) ?? 0));
  }
}

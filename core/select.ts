/** Finds the metrics of a snapshot that a list of names and globs selects. */
import { compileGlob } from './glob/glob';
import type { Family, Snapshot } from './snapshot';

/** All families of one name, in all scopes. Users call this a metric. */
export interface SelectedMetric {
  readonly name: string;
  readonly families: readonly Family[];
}

/** @returns by entry of the list: its metrics, in the order of the snapshot. A metric belongs to the first entry that selects it */
export function selectMetrics(snapshot: Snapshot, select: readonly string[]): SelectedMetric[][] {
  const selector = selectorFor(select);
  const byRank = select.map(() => new Map<string, Family[]>());
  for (const { families } of snapshot.scopes) {
    for (const family of families) {
      const { name } = family.descriptor;
      const metrics = byRank[selector.rank(name)];
      if (metrics === undefined) continue;
      const known = metrics.get(name);
      if (known === undefined) metrics.set(name, [family]);
      else known.push(family);
    }
  }
  return byRank.map((metrics) => Array.from(metrics, ([name, families]) => ({ name, families })));
}

/** Names whose rank is kept. */
const MAX_NAMES = 10_000;

/**
 * Metric names are not file names: a star also matches slashes and leading dots, on every platform. A leading `!` does not
 * negate, since the entries of a selection only add metrics.
 */
export class Selector {
  private readonly exact = new Map<string, number>();
  private readonly globs: { readonly rank: number; readonly matches: (name: string) => boolean }[] = [];

  /** By name: the metrics of one snapshot are mostly those of the one before. */
  private readonly ranks = new Map<string, number>();

  constructor(select: readonly string[]) {
    select.forEach((pattern, rank) => {
      if (!this.exact.has(pattern)) this.exact.set(pattern, rank);
      const matches = compileGlob(pattern);
      if (matches !== undefined) this.globs.push({ rank, matches });
    });
  }

  /** Index of the first pattern that selects the name, -1 if none does. */
  rank(name: string): number {
    let rank = this.ranks.get(name);
    if (rank === undefined) {
      rank = this.find(name);
      if (this.ranks.size >= MAX_NAMES) this.ranks.clear();
      this.ranks.set(name, rank);
    }
    return rank;
  }

  private find(name: string): number {
    const exact = this.exact.get(name);
    for (const { rank, matches } of this.globs) {
      if (exact !== undefined && exact < rank) return exact;
      if (matches(name)) return rank;
    }
    return exact ?? -1;
  }
}

/**
 * The last compiled list, one per thread: the list is configuration and does not change between tasks, although each task
 * carries its own copy.
 */
let last: { readonly key: string; readonly selector: Selector } | undefined;

function selectorFor(select: readonly string[]): Selector {
  const key = JSON.stringify(select);
  if (last?.key !== key) last = { key, selector: new Selector(select) };
  return last.selector;
}

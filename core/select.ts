/** Finds the metrics of a snapshot that a list of names and globs selects. */
import picomatch from 'picomatch/posix';
import type { Family, Snapshot } from './snapshot';

/** All families of one name, in all scopes. Users call this a metric. */
export interface SelectedMetric {
  readonly name: string;
  readonly families: readonly Family[];
}

/** @returns metrics in the order of the list; those that one glob selects in the order of the snapshot */
export function selectMetrics(snapshot: Snapshot, select: readonly string[]): SelectedMetric[] {
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
  return byRank.flatMap((metrics) => Array.from(metrics, ([name, families]) => ({ name, families })));
}

export class Selector {
  private readonly exact = new Map<string, number>();
  private readonly globs: { readonly rank: number; readonly matches: (name: string) => boolean }[] = [];

  constructor(select: readonly string[]) {
    select.forEach((pattern, rank) => {
      if (!this.exact.has(pattern)) this.exact.set(pattern, rank);
      const matches = compileGlob(pattern);
      if (matches !== undefined) this.globs.push({ rank, matches });
    });
  }

  /** Index of the first pattern that selects the name, -1 if none does. */
  rank(name: string): number {
    const exact = this.exact.get(name);
    for (const { rank, matches } of this.globs) {
      if (exact !== undefined && exact < rank) return exact;
      if (matches(name)) return rank;
    }
    return exact ?? -1;
  }
}

/** Takes the place of `/` for matching, so that a name is one segment and not a path. From Unicode's private use area. */
const SLASH = '\uE000';

/**
 * Metric names are not file names: a star also matches slashes and leading dots, on every platform. A leading `!` does not
 * negate, since the entries of a selection only add metrics.
 */
function compileGlob(pattern: string): ((name: string) => boolean) | undefined {
  if (!/[*?[\]{}()!+@\\]/.test(pattern)) return undefined;
  try {
    const matches = picomatch(pattern.replaceAll('/', SLASH), { dot: true, nonegate: true });
    return (name) => matches(name.replaceAll('/', SLASH));
  } catch {
    // Such as a pattern longer than picomatch accepts: it can still match as an exact name.
    return undefined;
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

/** Counts the series of metrics, and the values of their attributes over all processes of an app. */
import { ORDER_MASK, ORDER_SHIFT, type Family } from '../../../core/snapshot';
import { seriesCount } from '../../../core/series';
import {
  MAX_ATTRIBUTES,
  MAX_METRICS,
  MAX_VALUES,
  type CardinalityApp,
  type CardinalityCounts,
  type CardinalityResult,
  type CardinalityTask,
  type CountedMetric,
} from '../../protocol/cardinality';
import { PageValuesCache, type PageValues } from './page-values';

/** A family of one run. */
interface Part {
  readonly pmId: number;
  readonly incarnation: string;
  readonly family: Family;
}

interface Metric {
  readonly metric: string;
  readonly app: string;
  readonly parts: readonly Part[];
  readonly series: number;
}

export class CardinalityCounter {
  private readonly cache: PageValuesCache;

  constructor(maxBytes?: number) {
    this.cache = new PageValuesCache(maxBytes);
  }

  run({ apps, maxNewPages }: CardinalityTask): CardinalityResult {
    this.cache.begin(maxNewPages);
    const all = apps.flatMap(metricsOf).sort((a, b) => b.series - a.series);
    const largest = all.slice(0, MAX_METRICS);
    const isRead = this.read(largest);
    this.cache.end();
    const counts: CardinalityCounts | undefined = isRead
      ? {
          series: all.reduce((sum, { series }) => sum + series, 0),
          metrics: largest.map((metric) => this.count(metric)),
        }
      : undefined;
    return { ok: true, kind: 'cardinality', counts };
  }

  /** Reads pages that are new, as many as allowed. @returns whether all are read */
  private read(metrics: readonly Metric[]): boolean {
    for (const { parts } of metrics) {
      for (const { incarnation, family } of parts) {
        for (const { page } of family.pages) this.cache.use(incarnation, page);
      }
    }
    return this.cache.unread === 0;
  }

  private count({ metric, app, parts, series }: Metric): CountedMetric {
    const values = new Map<string, Set<number>>();
    const processes = new Map<number, number>();
    for (const { pmId, incarnation, family } of parts) {
      processes.set(pmId, (processes.get(pmId) ?? 0) + seriesCount(family));
      const present = presentOf(family);
      for (const [i, { page }] of family.pages.entries()) {
        const ofPage = this.cache.use(incarnation, page);
        if (ofPage !== undefined) addValues(values, ofPage, present?.[i]);
      }
    }
    const attributes = Array.from(values, ([name, set]) => ({ name, values: set.size }));
    return {
      metric,
      app,
      series,
      attributes: attributes.sort((a, b) => b.values - a.values).slice(0, MAX_ATTRIBUTES),
      processes: Array.from(processes, ([pmId, count]) => ({ pmId, series: count })).sort(
        (a, b) => b.series - a.series,
      ),
    };
  }
}

/** A metric is all families of its name. */
function metricsOf({ app, runs }: CardinalityApp): Metric[] {
  const parts = new Map<string, Part[]>();
  for (const { pmId, snapshot } of runs) {
    for (const family of snapshot.scopes.flatMap(({ families }) => families)) {
      const { name } = family.descriptor;
      const ofName = parts.get(name) ?? [];
      ofName.push({ pmId, incarnation: snapshot.incarnation, family });
      parts.set(name, ofName);
    }
  }
  return Array.from(parts, ([metric, ofName]) => {
    const series = ofName.reduce((sum, { family }) => sum + seriesCount(family), 0);
    return { metric, app, parts: ofName, series };
  }).filter(({ series }) => series > 0);
}

/** By page: the indices of the series that are present. `undefined`: all are. */
function presentOf({ order, pages }: Family): number[][] | undefined {
  if (order === undefined) return undefined;
  const present = pages.map((): number[] => []);
  for (const entry of order) present[entry >> ORDER_SHIFT]?.push(entry & ORDER_MASK);
  return present;
}

function addValues(values: Map<string, Set<number>>, page: PageValues, present: readonly number[] | undefined): void {
  for (const [name, column] of page) {
    let set = values.get(name);
    if (set === undefined) values.set(name, (set = new Set()));
    const add = (hash: number): void => {
      if (hash !== 0 && set.size < MAX_VALUES) set.add(hash);
    };
    if (present === undefined) column.forEach(add);
    else for (const i of present) add(column[i] ?? 0);
    if (set.size === 0) values.delete(name);
  }
}

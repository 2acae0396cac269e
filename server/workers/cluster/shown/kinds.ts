/**
 * Families of an app that have one name and different types, as when a deploy makes a gauge of a counter: Prometheus takes
 * one type only.
 */
import type { AppFamily } from '../series/families/app-family';
import type { Recency } from './recency';

export interface Kinds {
  /** In the order in which they claim their names. */
  readonly shown: readonly AppFamily[];
  /** What is not shown, and what is in its place. */
  readonly left: readonly { readonly family: AppFamily; readonly standing: AppFamily }[];
}

/** The type that the latest run has stands. Families of the same name with other types give way. */
export function standingKinds(families: Iterable<AppFamily>, recency: () => Recency): Kinds {
  const all = [...families];
  const left = contested(all, ({ exposed }) => exposed?.name, recency);
  const leaving = new Set(left.map(({ family }) => family));
  const staying = leaving.size === 0 ? all : all.filter((family) => !leaving.has(family));
  // The counter x_total and the gauge x have one name in OpenMetrics only: there, the first one has it.
  const behind = new Set(contested(staying, openMetricsName, recency).map(({ family }) => family));
  return { shown: behind.size === 0 ? staying : [...staying.filter((one) => !behind.has(one)), ...behind], left };
}

/** @returns the families whose name another family has, which has another type and is of a later run */
function contested(
  families: readonly AppFamily[],
  nameOf: (family: AppFamily) => string | undefined,
  recency: () => Recency,
): Kinds['left'] {
  const byName = new Map<string, AppFamily[]>();
  for (const family of families) {
    const name = nameOf(family);
    if (name === undefined) continue;
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [family]);
    else known.push(family);
  }
  return [...byName.values()].flatMap((some) => {
    if (new Set(some.map(({ exposed }) => exposed?.type)).size === 1) return [];
    const standing = latest(some, recency());
    const others = some.filter(({ exposed }) => exposed?.type !== standing.exposed?.type);
    return others.map((family) => ({ family, standing }));
  });
}

function openMetricsName({ exposed }: AppFamily): string | undefined {
  return exposed?.type === 'counter' ? exposed.name.replace(/(?<=.)_total$/, '') : exposed?.name;
}

function latest(families: readonly AppFamily[], recency: Recency): AppFamily {
  const ranked = families.map((family) => ({
    family,
    rank: recency.ofFamily(family),
    gone: recency.goneOfFamily(family),
  }));
  return ranked.reduce((best, one) =>
    one.rank > best.rank || (one.rank === best.rank && one.gone > best.gone) ? one : best,
  ).family;
}

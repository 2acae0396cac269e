/** The exemplars of an app: of each series and bucket the newest one that a process has. */
import { packExemplars, unpackExemplars, type SeriesExemplar } from '../../../../core/exemplars';
import { ORDER_MASK, ORDER_SHIFT, type FamilyExemplars, type Page } from '../../../../core/snapshot';
import type { AppFamily } from '../series/families/app-family';
import { NO_SERIES } from '../series/app-series';
import type { LiveRun, MergedFamily, MergedPage } from '../series/live-run';

export type AppExemplars = ReadonlyMap<AppFamily, FamilyExemplars>;

export function newestExemplars(live: readonly LiveRun[]): AppExemplars {
  const newest = new Map<AppFamily, Map<string, SeriesExemplar>>();
  for (const { families } of live) {
    for (const family of families) {
      if (family.family.exemplars === undefined || family.merge !== 'add') continue;
      let known = newest.get(family.into);
      if (known === undefined) newest.set(family.into, (known = new Map<string, SeriesExemplar>()));
      for (const exemplar of placed(family)) {
        const key = `${exemplar.slot} ${exemplar.bucket}`;
        const before = known.get(key);
        if (before === undefined || timeOf(exemplar) > timeOf(before)) known.set(key, exemplar);
      }
    }
  }
  return new Map(
    Array.from(newest, ([family, some]) => [family, packExemplars([...some.values()])] as const).filter(
      (one): one is readonly [AppFamily, FamilyExemplars] => one[1] !== undefined,
    ),
  );
}

/** One without a time is older than all others. */
function timeOf({ time }: SeriesExemplar): number {
  return Number.isNaN(time) ? -1 : time;
}

/** The exemplars of a process's family, with the slots that their series have in the app's family. */
function* placed({ family, into, pages }: MergedFamily): Generator<SeriesExemplar, void> {
  const byPage = new Map<Page, MergedPage>(pages.map((one) => [one.page, one]));
  for (const exemplar of unpackExemplars(family.exemplars)) {
    const page = family.pages[exemplar.slot >> ORDER_SHIFT]?.page;
    const serial = page && byPage.get(page)?.mapping.serials[exemplar.slot & ORDER_MASK];
    const slot = serial === undefined || serial === NO_SERIES ? undefined : slotOf(into, serial);
    if (slot !== undefined) yield { ...exemplar, slot };
  }
}

function slotOf({ firsts, pages }: AppFamily, serial: number): number | undefined {
  let low = 0;
  for (let high = firsts.length; high - low > 1;) {
    const middle = (low + high) >> 1;
    if (firsts[middle]! <= serial) low = middle;
    else high = middle;
  }
  const index = serial - (firsts[low] ?? Infinity);
  return index >= 0 && index < (pages[low]?.page.size ?? 0) ? (low << ORDER_SHIFT) + index : undefined;
}

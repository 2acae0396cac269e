/** Decides which pages of an app's state are written anew, and why. */
import { START, type Layout } from '../../../../core/snapshot';
import type { AppFamily } from '../series/families/app-family';
import type { AppSeries } from '../series/app-series';
import type { AppTask, FirstMapping } from '../mapping/mapped-round';
import { Recency } from '../shown/recency';
import { latestOf } from '../shown/join-twins';
import { planRemoval, type Endings, type Removal } from './ended';
import type { Plan } from './repack';

/** @returns `undefined` if no page has to be */
export function planRepacking(
  task: AppTask,
  mapped: FirstMapping,
): (Plan & Pick<Removal, 'folds' | 'losesSums'>) | undefined {
  const { appSeries } = mapped.mappings;
  const families = new Map<string, Layout | undefined>(mapped.tooSmall);
  for (const [key, family] of appSeries.families) if (isScattered(family)) families.set(key, families.get(key));
  const removal = planRemoval(endingsOf(task, mapped), task.maxEndedSeries);
  if (removal !== undefined) return { ...removal, families };
  if (families.size === 0) return undefined;
  return { drop: new Uint8Array(appSeries.count), folds: [], losesSums: false, families };
}

/** Whether it has many pages with few series on them, as when a few series come in each round. */
function isScattered({ pages, layouts }: AppFamily): boolean {
  const series = pages.reduce((sum, { page }) => sum + page.size, 0);
  return pages.length > Math.max(16, 4 * ((series >> 10) + layouts.size));
}

function endingsOf(task: AppTask, mapped: FirstMapping): Endings {
  const { state, mappings } = mapped;
  const { twins, offsets } = mappings.appSeries;
  const shown = new Map<number, number>();
  let recency: Recency | undefined;
  const twinsOf = (serial: number): readonly number[] => twins.groups.get(twins.leaderOf(serial)) ?? [serial];
  return {
    gone: state.gone,
    isAdded: isAddedSeries(mappings.appSeries),
    twinsOf,
    shownOf: (serial) => {
      const group = twinsOf(serial);
      if (group.length === 1) return serial;
      const leader = group[0] as number;
      if (!shown.has(leader)) shown.set(leader, latestOf(group, twins, (recency ??= new Recency(task, mapped))));
      return shown.get(leader) as number;
    },
    isHeld: (serial) => {
      const offset = offsets[serial]!;
      return state.runs.some(({ last }) => offset < last.length && !Number.isNaN(last[offset + START]));
    },
  };
}

function isAddedSeries({ families, count }: AppSeries): (serial: number) => boolean {
  const added = new Uint8Array(count);
  for (const { isAdded, pages, firsts } of families.values()) {
    if (isAdded) pages.forEach(({ page }, p) => added.fill(1, firsts[p], firsts[p]! + page.size));
  }
  return (serial) => added[serial] === 1;
}

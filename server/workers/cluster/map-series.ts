/** Maps the series of an app's runs to the app's series, and writes the pages of these anew where that is due. */
import { appKey, appLabels } from '../../protocol/labels';
import { mapRound } from './mapping/map-round';
import type { AppTask, MappedRound } from './mapping/mapped-round';
import { PageMappings } from './mapping/page-mappings';
import { foldTwins } from './repacking/fold-twins';
import { planRepacking } from './repacking/plan-repacking';
import { repack } from './repacking/repack';

/**
 * Maps all series of a round. Where pages of the state have to be written anew, all series are mapped again to the new
 * pages.
 *
 * @param warnings gets sentences for the log
 */
export function mapSeries(task: AppTask, warnings: string[]): MappedRound {
  const mapped = mapRound(task, task.state, task.mappings);
  const plan = planRepacking(task, mapped);
  if (plan === undefined) return mapped;
  if (plan.losesSums) {
    const what = 'counters and histograms that no instance has any more';
    warnings.push(
      `App ${JSON.stringify(appKey(task.round))}: more than ${task.maxEndedSeries} ${what}; those longest gone are dropped.`,
    );
  }
  const folded = foldTwins(mapped.state, plan.folds, mapped.mappings.appSeries.twins);
  const state = repack(folded, plan);
  return mapRound(
    task,
    { ...state, round: task.state.round },
    new PageMappings(state, appLabels(task.round, task.labels)),
  );
}

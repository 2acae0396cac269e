/** Adds what is carried of series that have gone to the twins of them that are shown: they are needed no longer. */
import type { ClusterState } from '../../../protocol/state';
import { START, SCALAR_VALUE, SUM } from '../../../../core/snapshot';
import type { Twins } from '../series/families/twins';
import type { Fold } from './ended';
import { addTwin, seriesAt } from '../shown/join-twins';
import { shared } from '../series/column-memory';

/** @param folds of series that no run of the state has numbers of */
export function foldTwins(state: ClusterState, folds: readonly Fold[], twins: Twins): ClusterState {
  if (folds.length === 0) return state;
  const carried = shared(state.carried.length);
  carried.set(state.carried);
  for (const { from, into } of folds) {
    const [source, target] = [seriesAt(twins, from, carried), seriesAt(twins, into, carried)];
    const fraction = target.layout.kind === 'scalar' ? SCALAR_VALUE : SUM;
    const terms = [
      carried[source.at + fraction]!,
      carried[target.at + fraction]!,
      ...state.runs.map(({ last }) => last[target.at + fraction] ?? 0),
    ];
    const { family } = twins.pageOf(into);
    addTwin(target, source, family);
    const [start, other] = [carried[target.at + START]!, carried[source.at + START]!];
    if (family.isOfHost) carried[target.at + START] = Math.max(start, other);
    else {
      carried[target.at + fraction]! += roundingOf(terms);
      if (!(start <= other) && !Number.isNaN(other)) carried[target.at + START] = other;
    }
  }
  return { ...state, carried };
}

/**
 * At most what their sum may lose if it is added up in another order: a sum that is a little smaller than before would be a
 * reset for Prometheus. Whole numbers lose nothing.
 */
function roundingOf(terms: readonly number[]): number {
  const all = terms.reduce((sum, term) => sum + Math.abs(term), 0);
  if (!Number.isFinite(all) || (all <= Number.MAX_SAFE_INTEGER && terms.every(Number.isInteger))) return 0;
  return 2 * terms.length * Number.EPSILON * all;
}

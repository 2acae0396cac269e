/** Makes one source of all that a process has. */
import type { StateLog } from '../../../core/state-log';
import { CompositeSource, type LabelledSource } from './composite';
import { guardSource } from './guard';
import type { MetricsSource } from './source';

/** @param sources at least one. A single one is asked directly */
export function combineSources(sources: readonly LabelledSource[], states: StateLog): MetricsSource {
  const guarded = sources.map(({ source, label }) => ({ source: guardSource(source, label, states), label }));
  const [first, ...others] = guarded;
  return first !== undefined && others.length === 0 ? first.source : new CompositeSource(guarded, states);
}

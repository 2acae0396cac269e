/**
 * Watches a source that is not ours, such as a user's function: what it collects may be taken away from another exporter
 * (delta temporality), or something else may collect from it too.
 */
import type { ScopeMetrics } from '../../../core/otel';
import type { StateLog } from '../../../core/state-log';
import { FallWatch } from './falls';
import { byTemporality, isPromiseLike, readForeign, type ForeignCollection } from './foreign-collection';
import type { MetricsSource } from './source';

/** Names of metrics in a line. */
const MAX_NAMES = 4;
const MAX_NAME_CHARS = 60;

const HARM = 'Collecting them takes away what another exporter of the same reader should have';
const OWN_READER =
  'Give the exporter a reader of its own: Pm2MetricReader of @mashroom/mashroom-monitoring-pm2-exporter/opentelemetry, ' +
  'or one with cumulative temporality';

/**
 * @param label what log lines call the source
 * @returns a source without metrics of delta temporality; the source itself where it is one that accumulates
 */
export function guardSource(source: MetricsSource, label: string, states: StateLog): MetricsSource {
  if (source.accumulates === true) return source;
  const guard = new Guard(source, label, states);
  return {
    provider: () => source.provider(),
    collect: (provider) => guard.collect(provider),
    ...(source.release !== undefined && { release: () => source.release?.() }),
    ...(source.collectNow !== undefined && {
      collectNow: (provider: object) => guard.checked(source.collectNow?.(provider), provider),
    }),
  };
}

class Guard {
  /** The provider whose metrics all have delta temporality. */
  private refused: object | undefined;
  private readonly falls: FallWatch;

  constructor(
    private readonly source: MetricsSource,
    private readonly label: string,
    private readonly states: StateLog,
  ) {
    this.falls = new FallWatch((name, from, to) => {
      const what = `Counters of ${label} fall back again and again without a new start time, such as ${name} from ${from} to ${to}`;
      const why = 'Something else takes numbers from the same reader, or they come from several places in turn';
      states.warnOnce(`falls of ${label}`, `${what}. ${why}: rates and sums are wrong. ${OWN_READER}`);
    });
  }

  /** Returns its data at once if the source does. */
  collect(provider: object): unknown {
    // Each collection would take numbers away from the owner of the reader, for nothing.
    if (this.refused === provider) throw this.refusal();
    const answer = this.source.collect(provider);
    return isPromiseLike(answer) ? this.checkLater(answer, provider) : this.checked(answer, provider);
  }

  private async checkLater(answer: PromiseLike<unknown>, provider: object): Promise<unknown> {
    return this.checked(await answer, provider);
  }

  checked(data: unknown, provider: object): unknown {
    let collection: ForeignCollection;
    try {
      collection = readForeign(data);
    } catch {
      return data; // The encoder tells what is wrong.
    }
    const { deltas, others } = byTemporality(collection.scopeMetrics);
    this.falls.look(others);
    if (deltas.length === 0) return data;
    if (others.length === 0) {
      this.refused = provider;
      throw this.refusal();
    }
    const what = `Metrics of ${this.label} are not exported since they have delta temporality`;
    this.states.warnOnce(`deltas of ${this.label}`, `${what}: ${namesOf(deltas)}. ${HARM}. ${OWN_READER}`);
    return { resource: collection.resource, scopeMetrics: others };
  }

  private refusal(): Error {
    return new Error(
      `all metrics of ${this.label} have delta temporality. ${HARM}, so it is not asked any more. ${OWN_READER}`,
    );
  }
}

function namesOf(scopeMetrics: readonly ScopeMetrics[]): string {
  const names = new Set<string>();
  for (const { metrics } of scopeMetrics) for (const metric of metrics) names.add(nameOf(metric));
  const shown = [...names].slice(0, MAX_NAMES).join(', ');
  return names.size > MAX_NAMES ? `${shown} and ${names.size - MAX_NAMES} more` : shown;
}

function nameOf(metric: ScopeMetrics['metrics'][number]): string {
  try {
    return JSON.stringify(metric.descriptor.name.slice(0, MAX_NAME_CHARS));
  } catch {
    return 'one without a name';
  }
}

/**
 * What has how many series, and what has grown: from the answers of rounds that happen anyway, counted by a worker thread.
 *
 * Of the past it keeps one count per five minutes of the last hour, each of at most 1,000 metrics with 20 attributes.
 */
import type { StateLog, Subject } from '../../core/state-log';
import { messageOf } from '../../core/values';
import type { CardinalityApp, CardinalityCounts, CardinalityTask, CountedMetric } from '../protocol/cardinality';
import { appKey, appTitle } from '../protocol/labels';
import type { Cardinality, MetricCardinality } from '../protocol/page';
import type { ClusterPool } from './cluster-pool';
import type { RoundResult } from './rounds/result';

export interface CardinalityWatchOptions {
  readonly pool: Pick<ClusterPool, 'run'>;
  readonly states: Pick<StateLog, 'report'>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Of one task. By default 262,144 series, so that scrapes wait for one thread no longer than for a rendering. */
  readonly maxNewPages?: number;
}

/** How far growth looks back, and how often the past is noted. */
const PAST_MS = 60 * 60_000;
const NOTE_MS = 5 * 60_000;
/** After the start, when the first scrapes have been answered. */
const FIRST_NOTE_MS = 60_000;
/** An answer is counted anew if the last one is older: several pages may ask at once. */
const FRESH_MS = 5000;
/** Scrapes begin rounds more often than this. */
const OLD_MS = 60_000;
const MAX_SHOWN = 100;
const MAX_NEW_PAGES = 256;

const COUNTING: Subject = {
  name: 'Counting series',
  consequence: 'so /api/cardinality has no answer',
};

interface Count extends CardinalityCounts {
  readonly time: number;
}

export class CardinalityWatch {
  private latest: RoundResult['answers'] = [];
  private latestAt = Number.NEGATIVE_INFINITY;
  /** The oldest first. */
  private past: Count[] = [];
  private last: Count | undefined;
  private counting: Promise<Count> | undefined;
  private readonly now: () => number;
  /** When a round is counted next, without being asked for. */
  private nextNote: number;

  constructor(private readonly options: CardinalityWatchOptions) {
    this.now = options.now ?? Date.now;
    this.nextNote = this.now() + FIRST_NOTE_MS;
  }

  /** Hears the result of a round with all instances. */
  note({ answers }: Pick<RoundResult, 'answers'>): void {
    this.latest = answers;
    this.latestAt = this.now();
    if (answers.length > 0 && this.latestAt >= this.nextNote) this.count().catch(() => undefined);
  }

  /** Whether the answers of the last round are so old that a new round is needed. */
  get needsRound(): boolean {
    return Math.abs(this.now() - this.latestAt) > OLD_MS;
  }

  /** Of the last round that it has heard of. @throws TaskError */
  async answer(): Promise<Cardinality> {
    const isFresh = this.last !== undefined && Math.abs(this.now() - this.last.time) < FRESH_MS;
    const count = isFresh ? (this.last as Count) : await this.count();
    const since = this.past[0] ?? count;
    const before = new Map(since.metrics.map((metric) => [idOf(metric), metric]));
    return {
      series: count.series,
      since: since.time,
      metrics: count.metrics.slice(0, MAX_SHOWN).map((metric) => grownSince(before.get(idOf(metric)), metric)),
    };
  }

  private count(): Promise<Count> {
    return (this.counting ??= this.countAll().finally(() => (this.counting = undefined)));
  }

  private async countAll(): Promise<Count> {
    const time = this.now();
    this.nextNote = time + NOTE_MS;
    const task: CardinalityTask = {
      kind: 'cardinality',
      apps: appsOf(this.latest),
      maxNewPages: this.options.maxNewPages ?? MAX_NEW_PAGES,
    };
    try {
      let counts: CardinalityCounts | undefined;
      // In pieces: other tasks come between them. Each piece reads pages, so that there is a last one.
      for (let left = piecesOf(task); counts === undefined && left > 0; left--) {
        ({ counts } = await this.options.pool.run(task));
      }
      if (counts === undefined) throw new Error('several worker threads have each read a part of the pages only');
      this.options.states.report(COUNTING, undefined);
      this.last = { ...counts, time };
      this.keep(this.last);
      return this.last;
    } catch (error) {
      this.options.states.report(COUNTING, messageOf(error));
      throw error;
    }
  }

  private keep(count: Count): void {
    const newest = this.past.at(-1);
    if (newest !== undefined && count.time - newest.time < NOTE_MS) return;
    this.past = [...this.past.filter(({ time }) => count.time - time <= PAST_MS), count];
  }
}

/** Most times that the task has to be done: by each of at most 64 threads, once for each piece and once more. */
function piecesOf({ apps, maxNewPages }: CardinalityTask): number {
  const families = apps.flatMap(({ runs }) =>
    runs.flatMap(({ snapshot }) => snapshot.scopes.flatMap((scope) => scope.families)),
  );
  const pages = families.reduce((sum, family) => sum + family.pages.length, 0);
  return 64 * (1 + Math.ceil(pages / maxNewPages));
}

function appsOf(answers: RoundResult['answers']): CardinalityApp[] {
  const apps = new Map<string, { readonly app: string; readonly runs: CardinalityApp['runs'][number][] }>();
  for (const { run, snapshot } of answers) {
    const key = appKey(run);
    const known = apps.get(key) ?? { app: appTitle(run), runs: [] };
    known.runs.push({ pmId: run.pmId, snapshot });
    apps.set(key, known);
  }
  return [...apps.values()];
}

function idOf({ app, metric }: CountedMetric): string {
  return JSON.stringify([app, metric]);
}

function grownSince(before: CountedMetric | undefined, now: CountedMetric): MetricCardinality {
  const values = new Map(before?.attributes.map(({ name, values }) => [name, values]));
  const { metric, app, series, processes } = now;
  return {
    metric,
    app,
    series,
    grown: series - (before?.series ?? 0),
    attributes: now.attributes.map((one) => ({ ...one, grown: one.values - (values.get(one.name) ?? 0) })),
    processes,
  };
}

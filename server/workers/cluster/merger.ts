/**
 * Brings the sums of a cluster up to date, round by round.
 *
 * ```
 * state ─┐                                                  ┌─▶ next state
 * live ──┴▶ places of all series ─▶ last, carried, gauges ──┴─▶ merged part, and one per instance for its own gauges
 * ```
 *
 * What it keeps from task to task is where series have their places, which can be made again from a state. States are
 * never written to: a task that ends halfway leaves nothing behind.
 */
import type { AbsorbResult, AbsorbTask, GaugeRule } from '../../protocol/tasks';
import { absorbApp } from './absorb-app';
import { Book } from './book';
import { GaugeRules } from './rules';
import { emptyState } from './state';

/** Apps whose places are kept; more of them at a time is a host that has memory for it. */
const MAX_BOOKS = 1000;

export class ClusterMerger {
  private readonly books = new Map<string, Book>();
  private rules: { readonly key: string; readonly compiled: GaugeRules } | undefined;

  absorb({ apps, rules, maxEndedSeries, labels }: AbsorbTask): AbsorbResult {
    const compiled = this.compile(rules);
    const absorbed = apps.map((round) => {
      const state = round.state ?? emptyState();
      let book = this.books.get(round.app);
      // Forgotten until it has come through: half of what was to be added is no good.
      this.books.delete(round.app);
      if (book?.catchUp(state) !== true) book = new Book(state);
      const result = absorbApp({ round, state, book, rules: compiled, maxEndedSeries, labels });
      this.keep(round.app, result.book);
      return { app: round.app, ...result };
    });
    return {
      ok: true,
      kind: 'absorb',
      apps: absorbed.map(({ app, state }) => ({ app, state })),
      parts: absorbed.flatMap(({ parts }) => parts),
      warnings: absorbed.flatMap(({ warnings }) => warnings),
    };
  }

  private keep(app: string, book: Book): void {
    if (this.books.size >= MAX_BOOKS) this.books.delete(this.books.keys().next().value as string);
    this.books.set(app, book);
  }

  private compile(rules: readonly GaugeRule[]): GaugeRules {
    const key = JSON.stringify(rules);
    if (this.rules?.key !== key) this.rules = { key, compiled: new GaugeRules(rules) };
    return this.rules.compiled;
  }
}

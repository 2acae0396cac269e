/** Answers the questions of a round: the vitals of processes, and the series of charts. */
import { withEarlier, type Compared } from '../../../core/query/compared';
import { Queries } from '../../../core/query/evaluate';
import type { Query } from '../../../core/query/query';
import { evaluateVital, VITALS } from '../../../core/query/vitals';
import type { ChartAnswer, ChartQuestion, QueryTask, QueryTaskResult, Vitals } from '../../protocol/query';

/** One per thread: what it keeps, it can make again from the pages of a task. */
export class Answers {
  private readonly queries = new Queries();

  answer(task: QueryTask): QueryTaskResult {
    const all = task.snapshots.map(({ snapshot, earlier }) => withEarlier(snapshot, earlier));
    return {
      ok: true,
      kind: 'query',
      vitals: task.vitals.map((i) => this.vitalsOf(all[i] as Compared)),
      charts: task.charts.map((question) => this.chart(question, all)),
    };
  }

  private vitalsOf(compared: Compared): Vitals {
    const vitals: { -readonly [K in keyof Vitals]: Vitals[K] } = {};
    for (const vital of VITALS) {
      const found = orNothing(() => evaluateVital(this.queries, vital, [compared]));
      if (found !== undefined) vitals[vital] = found.value;
    }
    return vitals;
  }

  /** Those that the query can read. */
  private readable(query: Query, all: readonly Compared[]): Compared[] {
    return all.filter((one) => orNothing(() => this.queries.evaluate(query, [one])) !== undefined);
  }

  private chart({ query, of }: ChartQuestion, all: readonly Compared[]): ChartAnswer {
    if (of.length === 0) return nothing('None of these processes has metrics now.');
    const compared = of.map(({ snapshot, label }) => ({ ...(all[snapshot] as Compared), label }));
    const { found, unit, rows, other } =
      orNothing(() => this.queries.evaluate(query, compared)) ??
      this.queries.evaluate(query, this.readable(query, compared));
    return found ? { unit, rows, other } : nothing('None of these processes has a metric of this name.');
  }
}

/** What a process has sent may be unreadable, which costs the numbers that need it and nothing else. */
function orNothing<T>(evaluate: () => T): T | undefined {
  try {
    return evaluate();
  } catch {
    return undefined;
  }
}

function nothing(problem: string): ChartAnswer {
  return { problem, unit: undefined, rows: [], other: undefined };
}

/** Evaluates queries over snapshots, each with the numbers that its series had before. */
import { compileGlob } from '../glob/glob';
import type { Family } from '../snapshot';
import { forEachCompared, type Compared, type ComparedPage } from './compared';
import { compareFamily } from './compared-family';
import type { Query, QueryResult } from './query';
import { ResultRows } from './result-rows';
import { rowFor } from './rows';
import { NO_ROW, Selection } from './selection';
import { unitOf } from './unit';

/** Queries of which something is kept: four bytes per series that has been asked for. */
const MAX_QUERIES = 200;

interface Kept {
  readonly selection: Selection;
  readonly matches: (metric: string) => boolean;
}

/** What is kept between evaluations can be made again from pages. One per thread. */
export class Queries {
  /** By metric, attributes and conditions of queries. The one that was used last stands last. */
  private readonly kept = new Map<string, Kept>();

  /** @throws RangeError if the query names an unknown statistic */
  evaluate(query: Query, all: readonly Compared[]): QueryResult {
    const { selection, matches } = this.keptFor(query);
    const result = new ResultRows(selection, rowFor(query.as));
    let first: Family | undefined;
    selection.begin();
    for (const compared of all) {
      for (const { families } of compared.snapshot.scopes) {
        for (const family of families) {
          if (matches(family.descriptor.name) && addFamily(result, family, compared, selection)) first ??= family;
        }
      }
    }
    return { found: first !== undefined, unit: first && unitOf(first, query.as), ...result.finish(query) };
  }

  private keptFor({ metric, by = [], where = {} }: Query): Kept {
    const key = JSON.stringify([metric, by, Object.entries(where)]);
    const kept = this.kept.get(key) ?? {
      selection: new Selection({ by, where }),
      matches: compileGlob(metric) ?? ((name: string) => name === metric),
    };
    this.kept.delete(key);
    this.kept.set(key, kept);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_QUERIES && oldest !== undefined) this.kept.delete(oldest);
    return kept;
  }
}

interface PageWithRows extends ComparedPage {
  /** By index on the page; `undefined`: all are in row 0. */
  readonly rows: Int32Array | undefined;
}

/** @returns whether any series has matched */
function addFamily(result: ResultRows, family: Family, compared: Compared, selection: Selection): boolean {
  const { incarnation } = compared.snapshot;
  const comparedFamily = compareFamily(compared, family);
  const rows = result.of(compared.label);
  let isAny = false;
  const prepare = (page: ComparedPage): PageWithRows => ({
    ...page,
    rows: selection.isAll ? undefined : selection.rowsOf(incarnation, page.page),
  });
  forEachCompared(family, compared, prepare, (page, index, offset, before) => {
    const row = page.rows === undefined ? 0 : (page.rows[index] as number);
    if (row === NO_ROW) return;
    isAny = true;
    rows.at(row).add(comparedFamily, page.page.layout, offset, before);
  });
  return isAny;
}

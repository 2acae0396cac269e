/** Short names for rows of metrics. PM2's daemon never forgets a name, so each is given once and stays. */
import { NAME_CHARS, rankedNames } from './row';

/** Rows of one metric, beside the one for the rest. */
export const SHORT_TOP = 5;
/** Of a name with a rank behind it. */
const RANKED_CHARS = NAME_CHARS - 2;

export interface ShortName {
  readonly metric: string;
  /** Of the row of all series together: at most 7 characters. */
  readonly name: string;
  /** Of the rows with ranks: at most 5 characters, and the rank. */
  readonly ranked: string;
}

export class ShortNames {
  private readonly byMetric = new Map<string, ShortName>();
  private readonly taken: Set<string>;
  /** By beginning of a name: the next number to try. */
  private readonly next = new Map<string, number>();

  /**
   * @param given before. One that others have taken since is given up
   * @param taken names of all other rows
   */
  constructor(given: readonly ShortName[], taken: Iterable<string>) {
    this.taken = new Set(taken);
    for (const one of given) if (this.isFree(one)) this.keep(one);
  }

  get size(): number {
    return this.byMetric.size;
  }

  get all(): readonly ShortName[] {
    return [...this.byMetric.values()];
  }

  /** @param wanted what the name is to begin with, at most 7 characters */
  of(metric: string, wanted: () => string): ShortName {
    const known = this.byMetric.get(metric);
    if (known !== undefined) return known;
    const stem = wanted();
    const start = stem.slice(0, RANKED_CHARS);
    for (let number = this.next.get(start) ?? 1; ; number++) {
      const suffix = number === 1 ? '' : String(number);
      const cut = (chars: number): string => stem.slice(0, chars - suffix.length) + suffix;
      const one = { metric, name: cut(NAME_CHARS), ranked: cut(RANKED_CHARS) };
      if (!this.isFree(one)) continue;
      this.next.set(start, number + 1);
      this.keep(one);
      return one;
    }
  }

  has(metric: string): boolean {
    return this.byMetric.has(metric);
  }

  private isFree(one: ShortName): boolean {
    return rowNames(one).every((name) => !this.taken.has(name));
  }

  private keep(one: ShortName): void {
    this.byMetric.set(one.metric, one);
    for (const name of rowNames(one)) this.taken.add(name);
  }
}

function rowNames({ name, ranked }: ShortName): readonly string[] {
  return [name, ...rankedNames(ranked, SHORT_TOP)];
}

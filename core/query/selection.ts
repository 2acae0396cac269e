/**
 * Which row of a query each series of a page belongs to. It follows from the page's texts, which never change, so each page is
 * read once per selection: a query that is asked again reads numbers only.
 */
import { compileGlob } from '../glob/glob';
import type { Attributes } from '../otel';
import { attributesOf } from '../page-texts';
import type { Page } from '../snapshot';

/** The part of a query that attributes answer. */
export interface SelectedBy {
  readonly by?: readonly string[] | undefined;
  readonly where?: Readonly<Record<string, string>> | undefined;
}

/** Row of the series that `where` leaves out. */
export const NO_ROW = -1;

/** Further values of `by` have one row together, so that what is kept is bounded. */
const MAX_ROWS = 100_000;
export const BEYOND_ROW = MAX_ROWS;

/** A page is forgotten when at least so many evaluations in a row, and at most twice as many, have not asked for it. */
const KEPT_EVALUATIONS = 256;

export class Selection {
  /** By row: the values of the attributes in `by`. */
  labels: (readonly string[])[] = [];
  /** Whether all series are in row 0, so that there is nothing to read. */
  readonly isAll: boolean;
  private readonly by: readonly string[];
  private readonly conditions: readonly [attribute: string, accepts: (value: string) => boolean][];
  private readonly rowByKey = new Map<string, number>();
  private pages = new Map<string, Int32Array>();
  private formerPages = new Map<string, Int32Array>();
  private evaluations = 0;

  constructor({ by = [], where = {} }: SelectedBy) {
    this.by = by;
    this.conditions = Object.entries(where).map(([attribute, pattern]) => [
      attribute,
      compileGlob(pattern) ?? ((value) => value === pattern),
    ]);
    this.isAll = this.by.length === 0 && this.conditions.length === 0;
    if (this.isAll) this.labels.push([]);
  }

  /** Call this before each evaluation. What it forgets is read again when it is asked for. */
  begin(): void {
    if (this.isAll || ++this.evaluations < KEPT_EVALUATIONS) return;
    this.evaluations = 0;
    this.formerPages = this.pages;
    this.pages = new Map();
    // A row keeps its number, so all rows are forgotten together, when most of them belong to no page any more.
    if (this.labels.length <= 2 * this.countRows()) return;
    this.labels = [];
    this.rowByKey.clear();
    this.formerPages.clear();
  }

  /** @returns by index on the page: the row, or {@link NO_ROW} */
  rowsOf(incarnation: string, page: Page): Int32Array {
    const key = `${incarnation} ${page.id}`;
    let rows = this.pages.get(key);
    if (rows === undefined) {
      rows = this.formerPages.get(key) ?? this.read(page);
      this.pages.set(key, rows);
    }
    return rows;
  }

  /** How many rows the pages have that are kept. */
  private countRows(): number {
    const rows = new Set<number>();
    for (const page of this.formerPages.values()) for (const row of page) rows.add(row);
    return rows.size;
  }

  private read(page: Page): Int32Array {
    const rows = new Int32Array(page.size);
    attributesOf(page).forEach((attributes, i) => {
      rows[i] = this.isMatch(attributes) ? this.rowOf(attributes) : NO_ROW;
    });
    return rows;
  }

  private isMatch(attributes: Attributes): boolean {
    return this.conditions.every(([name, accepts]) => {
      const value = textOf(attributes, name);
      return value !== undefined && accepts(value);
    });
  }

  private rowOf(attributes: Attributes): number {
    const labels = this.by.map((name) => textOf(attributes, name) ?? '');
    const key = labels.length === 1 ? (labels[0] as string) : JSON.stringify(labels);
    let row = this.rowByKey.get(key);
    if (row === undefined) {
      row = this.labels.length;
      if (row >= MAX_ROWS) return BEYOND_ROW;
      this.rowByKey.set(key, row);
      this.labels.push(labels);
    }
    return row;
  }
}

/** A value that is not a string as its JSON text. */
function textOf(attributes: Attributes, name: string): string | undefined {
  const value: unknown = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}

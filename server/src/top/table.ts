/** Tables of texts: sorted and filtered rows, in columns as wide as what stands in them. */
import { printable } from '../../../core/values';

export interface Column<T> {
  /** What `--sort` calls it. */
  readonly key: string;
  readonly title: string;
  /** Numbers stand to the right, and are sorted from the largest one on. */
  readonly right?: true;
  /** Whether it is left out where no row has anything in it. */
  readonly optional?: true;
  value(row: T): string | number | null;
  /** @param now the server's time, epoch milliseconds */
  text(row: T, now: number): string;
}

export type Mood = 'bad' | 'odd' | 'quiet' | undefined;

export interface TableView<T> {
  readonly columns: readonly Column<T>[];
  /** Key of a column. */
  readonly sort: string;
  /** Words that a row has to contain, in any case. */
  readonly filter: string;
  readonly now: number;
  /** What a filter looks at. */
  readonly words: (row: T) => string;
  readonly mood: (row: T) => Mood;
}

export interface TableLines {
  readonly head: string;
  readonly rows: readonly { readonly line: string; readonly mood: Mood }[];
}

/** Of one cell: names come from processes, and may be any text. */
const MAX_CELL_CHARS = 200;
const GAP = '  ';

export function chosenRows<T>(rows: readonly T[], { columns, sort, filter, words }: TableView<T>): T[] {
  const wanted = filter.toLowerCase().split(/\s+/);
  const found = rows.filter((row) => {
    const text = words(row).toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const column = columns.find(({ key }) => key === sort);
  return column === undefined ? found : found.sort((a, b) => compare(column.value(a), column.value(b)));
}

function compare(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return b - a;
  return String(a) < String(b) ? -1 : Number(String(a) > String(b));
}

export function tableLines<T>(rows: readonly T[], view: TableView<T>): TableLines {
  const { columns, sort, now, mood } = view;
  const chosen = chosenRows(rows, view);
  const cells = columns.map((column) => chosen.map((row) => printable(column.text(row, now), MAX_CELL_CHARS)));
  const shown = columns.flatMap((column, i) => {
    const texts = cells[i] ?? [];
    if (column.optional === true && texts.every((text) => text === '')) return [];
    const title = column.key === sort ? `${column.title}*` : column.title;
    const width = texts.reduce((widest, text) => Math.max(widest, text.length), title.length);
    const pad = (text: string): string => (column.right ? text.padStart(width) : text.padEnd(width));
    return [{ title: pad(title), texts: texts.map(pad) }];
  });
  return {
    head: shown
      .map(({ title }) => title)
      .join(GAP)
      .trimEnd(),
    rows: chosen.map((row, i) => ({
      line: shown
        .map(({ texts }) => texts[i] ?? '')
        .join(GAP)
        .trimEnd(),
      mood: mood(row),
    })),
  };
}

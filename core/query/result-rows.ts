/** Puts the rows of a query in order: the largest first, and what is left out in one number. */
import type { Query, QueryResult, QueryRow } from './query';
import type { Row } from './rows';
import { BEYOND_ROW, type Selection } from './selection';

export class ResultRows {
  private readonly groups = new Map<string | undefined, RowGroup>();

  constructor(
    private readonly selection: Selection,
    private readonly make: () => Row,
  ) {}

  /** @param label the first label of the rows; `undefined`: none */
  of(label: string | undefined): RowGroup {
    let group = this.groups.get(label);
    if (group === undefined) this.groups.set(label, (group = new RowGroup(this.make)));
    return group;
  }

  finish({ top = Infinity, keep = [] }: Pick<Query, 'top' | 'keep'>): Pick<QueryResult, 'rows' | 'other'> {
    const candidates: Candidate[] = [];
    const left: Row[] = [];
    for (const [label, group] of this.groups) {
      for (const [index, row] of group.entries()) {
        if (index === BEYOND_ROW) {
          left.push(row);
          continue;
        }
        const labels = this.selection.labels[index] ?? [];
        candidates.push({ labels: label === undefined ? labels : [label, ...labels], value: row.value, row });
      }
    }
    const kept = keep.length === 0 ? largest(candidates, top, left) : steady(candidates, top, keep, left);
    const other = left.length === 0 ? undefined : this.together(left);
    return { rows: kept.map(({ labels, value }) => ({ labels, value })), other };
  }

  private together(rows: readonly Row[]): number {
    const all = this.make();
    for (const row of rows) all.addAll(row);
    return all.value;
  }
}

/** Rows by their number in the selection. */
class RowGroup {
  private readonly rows: (Row | undefined)[] = [];

  constructor(private readonly make: () => Row) {}

  at(index: number): Row {
    return (this.rows[index] ??= this.make());
  }

  *entries(): Generator<readonly [index: number, row: Row]> {
    for (const [index, row] of this.rows.entries()) if (row !== undefined) yield [index, row];
  }
}

interface Candidate extends QueryRow {
  readonly row: Row;
}

/** @param left gets the rows of those that are not among the `top` largest */
function largest(candidates: Candidate[], top: number, left: Row[]): Candidate[] {
  if (candidates.length <= top) return candidates.sort(compare);
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    const last = kept.at(-1);
    if (kept.length < top || (last !== undefined && compare(candidate, last) < 0)) {
      kept.splice(placeOf(kept, candidate), 0, candidate);
      if (kept.length <= top) continue;
      left.push((kept.pop() as Candidate).row);
    } else left.push(candidate.row);
  }
  return kept;
}

/** As {@link largest}, but prefers the rows of `keep`. */
function steady(candidates: Candidate[], top: number, keep: NonNullable<Query['keep']>, left: Row[]): Candidate[] {
  const near = largest(candidates, 2 * top, left);
  const keys = new Set(keep.map((labels) => JSON.stringify(labels)));
  const isKept = ({ labels }: Candidate): boolean => keys.has(JSON.stringify(labels));
  const inOrder = [...near.filter(isKept), ...near.filter((one) => !isKept(one))];
  const chosen = new Set(inOrder.slice(0, top));
  for (const one of near) if (!chosen.has(one)) left.push(one.row);
  return near.filter((one) => chosen.has(one));
}

function placeOf(sorted: readonly Candidate[], candidate: Candidate): number {
  let low = 0;
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >> 1;
    if (compare(sorted[middle] as Candidate, candidate) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The largest value first, `NaN` last; equal ones by their labels, so that the order does not change without a reason. */
function compare(a: Candidate, b: Candidate): number {
  if (a.value !== b.value) {
    if (Number.isNaN(b.value)) return Number.isNaN(a.value) ? compareLabels(a.labels, b.labels) : -1;
    return Number.isNaN(a.value) ? 1 : b.value - a.value;
  }
  return compareLabels(a.labels, b.labels);
}

function compareLabels(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < a.length; i++) {
    const [one, other] = [a[i] as string, b[i] as string];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

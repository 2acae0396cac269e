/** The state of one app while the records of a file are read, from the first one that stands for a whole state on. */
import type { ClusterState } from '../../../protocol/state';
import { strideOf, type PlacedPage } from '../../../../core/snapshot';
import { GrowingColumn, readChanges, type Changes } from './columns';
import { offsetsOf, type FamilyHead } from './placed-families';
import { must, type OpenRecord } from './read-record';
import type { RecordHead, RecordRun } from './record';
import { repairNumbers } from './repair-numbers';
import { groupByScope } from '../series/pages';
import { shared } from '../series/column-memory';

interface FamilyPages extends FamilyHead {
  readonly pages: PlacedPage[];
}

export class ReplayedApp {
  private readonly families: FamilyPages[] = [];
  private readonly familyOf = new Map<number, FamilyPages>();
  private readonly offsets: number[] = [];
  private numbers = 0;
  private readonly carried = new GrowingColumn();
  private readonly gone = new GrowingColumn();
  /** By key. */
  private columns = new Map<string, GrowingColumn>();
  private last: RecordHead | undefined;

  /** Whether a record builds on what has been read. */
  isFollowedBy({ from, state }: RecordHead): boolean {
    return this.last?.state.round === from && this.last?.state.incarnation === state.incarnation;
  }

  /** Takes in a record. @throws RangeError if it is invalid: then nothing of it has been taken in */
  apply({ head, pages, numbers, series, changes }: OpenRecord): void {
    this.checkPages(head);
    const length = this.numbers + numbers;
    const read = (isThere: boolean, most: number): Changes | undefined =>
      isThere ? readChanges(changes, most) : undefined;
    const carried = read(head.carried, length);
    const gone = read(head.gone, this.offsets.length + series);
    const runs = head.runs.map((run) => ({ run, changed: read(run.changes, length) }));
    must(changes.left === 0, `${changes.left} bytes too many`);

    head.pages.forEach(({ family }, i) => this.add(pages[i]!, family));
    this.carried.grow(length, this.offsets);
    if (carried !== undefined) this.carried.apply(carried);
    this.gone.grow(this.offsets.length, undefined);
    if (gone !== undefined) this.gone.apply(gone);
    this.columns = new Map(runs.map((one) => [one.run.key, this.columnOf(one.run, length, one.changed)]));
    this.last = head;
  }

  /**
   * @param onRepair hears how many series had numbers that no series can have, and begin at zero
   */
  finish(onRepair: (series: number) => void): ClusterState {
    const { state, runs } = this.last as RecordHead;
    const scopes = groupByScope(
      this.families.map(({ scope, about, pages }) => ({ scope, family: { ...about, pages, order: undefined } })),
    );
    const finished: ClusterState = {
      ...state,
      scopes: inOneMemory(scopes),
      carried: sharedCopy(this.carried.numbers),
      gone: this.goneRounds(state.round),
      runs: runs.map(({ key, incarnation, generation }) => {
        const column = this.columns.get(key) as GrowingColumn;
        column.grow(this.numbers, this.offsets);
        return { key, incarnation, generation, last: sharedCopy(column.numbers) };
      }),
    };
    const repaired = repairNumbers(finished);
    if (repaired > 0) onRepair(repaired);
    return finished;
  }

  private checkPages({ pages, state }: RecordHead): void {
    must(state.nextPageId >= (this.last?.state.nextPageId ?? 0), 'the next page id is lower than before');
    const ids = new Set<number>();
    for (const { id, family } of pages) {
      must(!ids.has(id) && !this.familyOf.has(id), `page ${id} is named twice`);
      must(id < state.nextPageId, `page ${id} is not below the next page id`);
      must(typeof family !== 'number' || ids.has(family) || this.familyOf.has(family), `page ${id} has no family`);
      ids.add(id);
    }
  }

  private add(page: PlacedPage['page'], head: FamilyHead | number): void {
    const placed = { page, base: this.numbers };
    let family: FamilyPages;
    if (typeof head === 'number') family = this.familyOf.get(head) as FamilyPages;
    else this.families.push((family = { ...head, pages: [] }));
    family.pages.push(placed);
    this.familyOf.set(page.id, family);
    for (const offset of offsetsOf([placed])) this.offsets.push(offset);
    this.numbers += page.size * strideOf(page.layout);
  }

  private columnOf({ key }: RecordRun, length: number, changes: Changes | undefined): GrowingColumn {
    const column = this.columns.get(key) ?? new GrowingColumn();
    column.grow(length, this.offsets);
    if (changes !== undefined) column.apply(changes);
    return column;
  }

  private goneRounds(round: number): Int32Array {
    const gone = new Int32Array(new SharedArrayBuffer(this.offsets.length * Int32Array.BYTES_PER_ELEMENT));
    this.gone.numbers.forEach((since, i) => (gone[i] = since > 0 && since <= round ? since : 0));
    return gone;
  }
}

function sharedCopy(column: Float64Array): Float64Array {
  const copy = shared(column.length);
  copy.set(column);
  return copy;
}

/** With the attributes of all pages in one piece of shared memory: a state is posted with each round. */
function inOneMemory(scopes: ClusterState['scopes']): ClusterState['scopes'] {
  const pages = scopes.flatMap(({ families }) => families.flatMap((family) => family.pages));
  const memory = new SharedArrayBuffer(pages.reduce((sum, { page }) => sum + page.attributes.length, 0));
  let used = 0;
  const moved = new Map(
    pages.map(({ page, base }) => {
      const attributes = new Uint8Array(memory, used, page.attributes.length);
      attributes.set(page.attributes);
      used += attributes.length;
      return [page.id, { page: { ...page, attributes }, base }] as const;
    }),
  );
  return scopes.map(({ scope, families }) => ({
    scope,
    families: families.map((family) => ({
      ...family,
      pages: family.pages.map(({ page }) => moved.get(page.id) as PlacedPage),
    })),
  }));
}

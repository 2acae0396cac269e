/** Writes pages of a state anew: without dropped series, in fewer pages, or with a larger bucket capacity. */
import type { ClusterState } from '../../../protocol/state';
import { textsOf } from '../../../../core/page-texts';
import { PAGE_SERIES, strideOf, type Family, type Layout, type PlacedPage } from '../../../../core/snapshot';
import { moveExponential } from '../../../../core/exponential/move';
import { keyedFamilies } from '../series/families/families';
import { larger, layoutKey } from '../series/families/layouts';
import { groupByScope, makePage } from '../series/pages';
import { shared } from '../series/column-memory';

export interface Plan {
  /** By serial number: 1 if the series is dropped. */
  readonly drop: Uint8Array;
  /**
   * By key of a family that has to be written anew: a layout with the bucket capacity that it needs; `undefined` if that
   * stays. Families with dropped series are written anew in any case.
   */
  readonly families: ReadonlyMap<string, Layout | undefined>;
}

/** Where the numbers of one series stand, and where they are moved to. */
interface Move {
  readonly serial: number;
  readonly from: number;
  readonly to: number;
  readonly before: Layout;
  readonly after: Layout;
}

/** A series that stays. */
interface Member {
  readonly serial: number;
  readonly text: string;
  readonly from: number;
  readonly before: Layout;
}

/** All columns of the state follow the pages. */
export function repack(state: ClusterState, { drop, families }: Plan): ClusterState {
  const firsts = firstSerials(state);
  const moves: Move[] = [];
  let { nextPageId } = state;
  let numbers = 0;

  const place = (page: PlacedPage['page'], members: readonly Omit<Member, 'text'>[]): PlacedPage => {
    const stride = strideOf(page.layout);
    members.forEach(({ serial, from, before }, i) => {
      moves.push({ serial, from, to: numbers + i * stride, before, after: page.layout });
    });
    const base = numbers;
    numbers += page.size * stride;
    return { page, base };
  };
  const packAnew = (family: Family, room: Layout | undefined): PlacedPage[] => {
    const groups = new Map<string, { layout: Layout; members: Member[] }>();
    for (const placed of family.pages) {
      const { layout } = placed.page;
      const key = layoutKey(layout);
      let group = groups.get(key);
      if (group === undefined) groups.set(key, (group = { layout: layout, members: [] }));
      group.layout = larger(group.layout, room ?? layout);
      const texts = textsOf(placed.page);
      for (const member of membersOf(placed, firsts)) {
        if (drop[member.serial] === 0)
          group.members.push({ ...member, text: texts[member.serial - (firsts.get(placed) as number)] as string });
      }
    }
    return [...groups.values()].flatMap(({ layout, members }) => {
      const pages: PlacedPage[] = [];
      for (let i = 0; i < members.length; i += PAGE_SERIES) {
        const some = members.slice(i, i + PAGE_SERIES);
        pages.push(
          place(
            makePage(
              nextPageId++,
              layout,
              some.map(({ text }) => text),
            ),
            some,
          ),
        );
      }
      return pages;
    });
  };

  const packed = [...keyedFamilies(state.scopes)].map(({ key, scope, family }) => {
    const loses = family.pages.some((placed) => membersOf(placed, firsts).some(({ serial }) => drop[serial] === 1));
    const pages =
      loses || families.has(key)
        ? packAnew(family, families.get(key))
        : family.pages.map((placed) => place(placed.page, membersOf(placed, firsts)));
    return { scope, family: { ...family, pages } };
  });
  const scopes = groupByScope(packed.filter(({ family }) => family.pages.length > 0));
  const moved = (values: Float64Array): Float64Array => move(values, moves, numbers);
  const gone = new Int32Array(new SharedArrayBuffer(moves.length * Int32Array.BYTES_PER_ELEMENT));
  moves.forEach(({ serial }, i) => (gone[i] = state.gone[serial] as number));
  return {
    ...state,
    scopes,
    nextPageId,
    carried: moved(state.carried),
    gone,
    runs: state.runs.map((run) => ({ ...run, last: moved(run.last) })),
  };
}

/** Serial number of the first series of each page. */
function firstSerials(state: ClusterState): Map<PlacedPage, number> {
  const pages = state.scopes.flatMap(({ families }) => families.flatMap((family) => family.pages));
  let serial = 0;
  return new Map(
    [...pages]
      .sort((a, b) => a.base - b.base)
      .map((placed) => [placed, (serial += placed.page.size) - placed.page.size]),
  );
}

function membersOf(placed: PlacedPage, firsts: ReadonlyMap<PlacedPage, number>): Omit<Member, 'text'>[] {
  const { page, base } = placed;
  const first = firsts.get(placed) as number;
  const stride = strideOf(page.layout);
  return Array.from({ length: page.size }, (_, i) => ({
    serial: first + i,
    from: base + i * stride,
    before: page.layout,
  }));
}

function move(values: Float64Array, moves: readonly Move[], numbers: number): Float64Array {
  const moved = shared(numbers);
  for (const { from, to, before, after } of moves) {
    if (from >= values.length)
      moved[to] = NaN; // The run does not have the series.
    else if (before.kind === 'exponential' && after.kind === 'exponential') {
      moveExponential({ values, at: from, layout: before }, { values: moved, at: to, layout: after });
    } else moved.set(values.subarray(from, from + strideOf(before)), to);
  }
  return moved;
}

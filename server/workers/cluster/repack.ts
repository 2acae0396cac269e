/** Writes pages of a state anew: without series that are dropped, fewer of them, or with more places for buckets. */
import type { ClusterState } from '../../protocol/tasks';
import { textsOf } from '../../../core/page-texts';
import { PAGE_SERIES, strideOf, type Family, type Layout, type PlacedPage } from '../../../core/snapshot';
import { moveExponential } from '../../../core/exponential/move';
import { groupByScope, makePage } from './dictionary';
import { keyedFamilies } from './families';
import { larger, layoutKey } from './layouts';
import { shared } from './numbers';

export interface Plan {
  /** By series: whether it goes. */
  readonly drop: Uint8Array;
  /** Keys of families to be packed anew, and a layout that has room for what they need; those with dropped series are. */
  readonly families: ReadonlyMap<string, Layout | undefined>;
}

/** Where the numbers of one series go. */
interface Move {
  readonly serial: number;
  readonly from: number;
  readonly to: number;
  readonly before: Layout;
  readonly after: Layout;
}

interface Member {
  readonly serial: number;
  readonly text: string;
  readonly from: number;
  readonly before: Layout;
}

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

/** Number of the first series of each page. */
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
      moved[to] = NaN; // The run had no such series yet.
    else if (before.kind === 'exponential' && after.kind === 'exponential') {
      moveExponential({ values, at: from, layout: before }, { values: moved, at: to, layout: after });
    } else moved.set(values.subarray(from, from + strideOf(before)), to);
  }
  return moved;
}

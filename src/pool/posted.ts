/** Makes the form of snapshots that is posted to worker threads. */
import { serialize } from 'node:v8';
import {
  PAGE_BASE,
  PAGE_FIELDS,
  PAGE_ID,
  PAGE_LAYOUT,
  PAGE_SIZE,
  PAGE_TEXT,
  PAGE_TEXT_LENGTH,
  PAGE_TEXT_OFFSET,
  type Catalogue,
  type PostedContents,
  type PostedSnapshot,
} from '../../protocol/posted';
import type { Family, Layout, PlacedPage, ScopeFamilies, Snapshot } from '../../protocol/snapshot';

/** Of the snapshots of one encoder. Each is made once, for all tasks that it is posted with. */
export class PostedForm {
  private readonly made = new WeakMap<Snapshot, PostedSnapshot>();
  private last: { readonly scopes: readonly ScopeFamilies[]; readonly contents: PostedContents } | undefined;

  of(snapshot: Snapshot): PostedSnapshot {
    let posted = this.made.get(snapshot);
    if (posted === undefined) {
      const { incarnation, generation, time, resource, scopes, values, previous, stats } = snapshot;
      const [contents, endTimes] = [this.contentsOf(scopes), endTimesOf(scopes)];
      posted = { incarnation, generation, time, resource, contents, endTimes, values, previous, stats };
      this.made.set(snapshot, posted);
    }
    return posted;
  }

  private contentsOf(scopes: readonly ScopeFamilies[]): PostedContents {
    if (this.last === undefined || !haveSameContents(this.last.scopes, scopes)) {
      this.last = { scopes, contents: makeContents(scopes) };
    }
    return this.last.contents;
  }
}

/** By identity: the encoder hands out the same objects for what has stayed the same. */
function haveSameContents(some: readonly ScopeFamilies[], others: readonly ScopeFamilies[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) {
    const { scope, families } = some[i] as ScopeFamilies;
    const other = others[i] as ScopeFamilies;
    if (scope !== other.scope || families.length !== other.families.length) return false;
    for (let f = 0; f < families.length; f++) {
      if (!differInTimeOnly(families[f] as Family, other.families[f] as Family)) return false;
    }
  }
  return true;
}

function differInTimeOnly(some: Family, other: Family): boolean {
  return (
    some.pages === other.pages &&
    some.order === other.order &&
    some.descriptor === other.descriptor &&
    some.dataPointType === other.dataPointType &&
    some.aggregationTemporality === other.aggregationTemporality &&
    some.isMonotonic === other.isMonotonic
  );
}

function makeContents(scopes: readonly ScopeFamilies[]): PostedContents {
  const families = scopes.flatMap((scope) => scope.families);
  const layouts = new Numbering<Layout>();
  const memory = new Numbering<ArrayBufferLike>();
  const catalogue: Catalogue = {
    scopes: scopes.map((each) => ({
      scope: each.scope,
      families: each.families.map(({ endTime: _differs, pages, order, ...head }) => ({
        ...head,
        pages: pages.length,
        order: order?.length,
      })),
    })),
    pages: tableOf(
      families.flatMap(({ pages }) => pages),
      layouts,
      memory,
    ),
    layouts: layouts.all,
  };
  return {
    catalogue: share(Uint8Array, [serialize(catalogue)]),
    texts: memory.all.map((piece) => new Uint8Array(piece)),
    orders: share(
      Int32Array,
      families.flatMap(({ order }) => order ?? []),
    ),
  };
}

function tableOf(
  pages: readonly PlacedPage[],
  layouts: Numbering<Layout>,
  memory: Numbering<ArrayBufferLike>,
): Int32Array {
  const table = new Int32Array(pages.length * PAGE_FIELDS);
  for (const [index, { page, base }] of pages.entries()) {
    const row = index * PAGE_FIELDS;
    table[row + PAGE_ID] = page.id;
    table[row + PAGE_SIZE] = page.size;
    table[row + PAGE_BASE] = base;
    table[row + PAGE_LAYOUT] = layouts.of(page.layout);
    table[row + PAGE_TEXT] = memory.of(page.attributes.buffer);
    table[row + PAGE_TEXT_OFFSET] = page.attributes.byteOffset;
    table[row + PAGE_TEXT_LENGTH] = page.attributes.length;
  }
  return table;
}

function endTimesOf(scopes: readonly ScopeFamilies[]): Float64Array {
  let families = 0;
  for (const scope of scopes) families += scope.families.length;
  const times = new Float64Array(2 * families);
  let at = 0;
  for (const scope of scopes) {
    for (const { endTime } of scope.families) {
      times[at++] = endTime[0];
      times[at++] = endTime[1];
    }
  }
  return times;
}

/** Numbers things as they come, from 0. */
class Numbering<T> {
  private readonly numbers = new Map<T, number>();

  of(thing: T): number {
    let number = this.numbers.get(thing);
    if (number === undefined) this.numbers.set(thing, (number = this.numbers.size));
    return number;
  }

  get all(): T[] {
    return [...this.numbers.keys()];
  }
}

/** @returns the parts one after the other, in shared memory */
function share<T extends Uint8Array | Int32Array>(View: new (memory: SharedArrayBuffer) => T, parts: readonly T[]): T {
  const bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const shared = new View(new SharedArrayBuffer(bytes));
  let at = 0;
  for (const part of parts) {
    shared.set(part, at);
    at += part.length;
  }
  return shared;
}

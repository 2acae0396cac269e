/** Writes what describes a snapshot, which is all but its numbers, into shared memory. */
import { createRequire } from 'node:module';
import type * as v8 from 'node:v8';
import { AGGREGATORS } from '../../core/otel';
import {
  FAMILY_AGGREGATOR,
  FAMILY_FIELDS,
  FAMILY_MONOTONIC,
  FAMILY_ORDER,
  FAMILY_PAGES,
  FAMILY_TEMPORALITY,
  FAMILY_TYPE,
  LONG_ORDER,
  NONE,
  PAGE_FIELDS,
  type PostedContents,
  type SerializedList,
} from '../../protocol/posted';
import type { Family, ScopeFamilies } from '../../core/snapshot';
import type { Sliced } from '../../core/slicer';
import { writePageTable, type PageTable } from './page-table';

export class ContentsWriter {
  private readonly heads: ListWriter;
  private readonly layouts: ListWriter;
  /** As it was written last. */
  private table: PageTable | undefined;

  constructor() {
    // Loaded here and not above, since it takes more than a millisecond: a process that PM2 does not run has no pool.
    const { Serializer } = createRequire(__filename)('node:v8') as typeof v8;
    this.heads = new ListWriter(Serializer);
    this.layouts = new ListWriter(Serializer);
  }

  *write(scopes: readonly ScopeFamilies[]): Sliced<PostedContents> {
    const all = scopes.flatMap((scope) => scope.families);
    const count = all.reduce((sum, { pages }) => sum + pages.length, 0);
    const orders = all.flatMap(({ order }) => order ?? []);
    const short = orders.filter(({ length }) => length < LONG_ORDER);
    // One piece for all: each handle of shared memory costs time.
    const [families, pages, shortOrders] = sharedNumbers(
      all.length * FAMILY_FIELDS,
      count * PAGE_FIELDS,
      short.reduce((sum, { length }) => sum + length, 0),
    );
    for (const [index, family] of all.entries()) {
      yield;
      writeFamily(families, index * FAMILY_FIELDS, family);
    }
    this.table = yield* writePageTable(
      all.map((family) => family.pages),
      pages,
      this.table,
    );
    const { layouts, texts } = this.table;
    yield* join(short, shortOrders);
    return {
      heads: yield* this.heads.write(
        scopes.flatMap((one) => [one.scope, one.families.length, ...one.families.map(({ descriptor }) => descriptor)]),
      ),
      layouts: yield* this.layouts.write(layouts.all),
      families,
      pages,
      shortOrders,
      longOrders: orders.filter(({ length }) => length >= LONG_ORDER),
      texts: texts.all,
    };
  }
}

function* join(orders: readonly Int32Array[], joined: Int32Array): Sliced {
  let at = 0;
  for (const order of orders) {
    yield;
    joined.set(order, at);
    at += order.length;
  }
}

function writeFamily(table: Int32Array, row: number, family: Family): void {
  const { dataPointType, aggregationTemporality, isMonotonic, pages, order, aggregator } = family;
  table[row + FAMILY_TYPE] = dataPointType;
  table[row + FAMILY_TEMPORALITY] = aggregationTemporality;
  table[row + FAMILY_MONOTONIC] = isMonotonic === undefined ? NONE : Number(isMonotonic);
  table[row + FAMILY_PAGES] = pages.length;
  table[row + FAMILY_ORDER] = order?.length ?? NONE;
  table[row + FAMILY_AGGREGATOR] = aggregator === undefined ? NONE : AGGREGATORS.indexOf(aggregator);
}

/** Writes lists. The same list is written once only. */
class ListWriter {
  private last: { readonly values: readonly unknown[]; readonly list: SerializedList } | undefined;

  constructor(private readonly Serializer: typeof v8.Serializer) {}

  *write(values: readonly unknown[]): Sliced<SerializedList> {
    if (this.last !== undefined && areSame(values, this.last.values)) return this.last.list;
    const serializer = new this.Serializer();
    serializer.writeHeader();
    serializer.writeValue(values.length);
    for (const value of values) {
      yield;
      serializer.writeValue(value);
    }
    const written = serializer.releaseBuffer();
    const list = new Uint8Array(new SharedArrayBuffer(written.length));
    list.set(written);
    this.last = { values, list };
    return list;
  }
}

function areSame(some: readonly unknown[], others: readonly unknown[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

/** Three arrays, one behind the other in one piece of shared memory. */
function sharedNumbers(a: number, b: number, c: number): readonly [Int32Array, Int32Array, Int32Array] {
  const all = new Int32Array(new SharedArrayBuffer((a + b + c) * Int32Array.BYTES_PER_ELEMENT));
  return [all.subarray(0, a), all.subarray(a, a + b), all.subarray(a + b)];
}

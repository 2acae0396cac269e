/**
 * Reads a metric of @platformatic/prom-client or @prometheus-io/client, whose series are in a map. Walking through it costs
 * little, so that it is done each time, and new and removed series show at once.
 */
import type { Sliced } from '../../../core/slicer';
import { MetricReader, STEP_SERIES, type Reading } from './metric-reader';
import { UnknownShape, isObject, isStore, type Entry, type Store } from '../kinds/shapes';

export class StoreReader extends MetricReader {
  private store: Store | undefined;

  readonly keys = 0;

  begin(): boolean {
    return false;
  }

  *read(reading: Reading): Sliced {
    const { store } = this.metric;
    if (!isStore(store)) throw new UnknownShape('the metric has no store any more');
    if (store !== this.store) this.list.clear();
    this.store = store;
    if (this.isPruned) yield* this.prune(Array.from(iterate(store), (id) => this.entryOf(id)));
    const walk = new Walk(store.values());
    let at = 0;
    for (;;) {
      const { ids } = this.list;
      const end = Math.min(at + STEP_SERIES, ids.length);
      const reached = walk.compare(ids, at, end);
      // In the same step: what the walk has touched is still in the processor's cache.
      this.kind.read(this.list, at, reached, reading);
      const isSame = reached === end;
      at = reached;
      yield;
      if (!isSame || at >= this.list.ids.length) break;
    }
    const rest = yield* walk.rest();
    if (at < this.list.ids.length || rest.length > 0) {
      yield* this.list.settle(
        at,
        rest,
        this.makerOf((id) => this.entryOf(id), reading),
      );
    }
    yield* this.readAll(reading, at);
  }

  private entryOf(id: unknown): Entry {
    const entry = this.kindName === 'summary' && isObject(id) ? id['value'] : id;
    if (!isObject(entry)) throw new UnknownShape('a series is no object');
    return entry as unknown as Entry;
  }
}

function iterate(store: Store): Iterable<unknown> {
  return { [Symbol.iterator]: () => store.values() };
}

/** Goes through a map once. */
class Walk {
  /** The id where {@link compare} has stopped. */
  private other: IteratorResult<unknown> | undefined;

  constructor(private readonly iterator: Iterator<unknown>) {}

  /** @returns the first index whose id is not the next one of the map, `end` where all are */
  compare(ids: readonly unknown[], from: number, end: number): number {
    const { iterator } = this;
    for (let at = from; at < end; at++) {
      // Where none of them outlives its turn of the loop, V8 makes no objects of them.
      const { value, done } = iterator.next() as { readonly value: unknown; readonly done?: boolean };
      if (done !== true && Object.is(ids[at], value)) continue;
      this.other = done === true ? { value: undefined, done } : { value, done: false };
      return at;
    }
    return end;
  }

  /** Those that have not been passed yet. */
  *rest(): Sliced<unknown[]> {
    const ids: unknown[] = [];
    for (let next = this.other ?? this.iterator.next(); next.done !== true; next = this.iterator.next()) {
      ids.push(next.value);
      if (ids.length % STEP_SERIES === 0) yield;
    }
    return ids;
  }
}

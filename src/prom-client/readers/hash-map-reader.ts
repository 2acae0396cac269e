/**
 * Reads a metric of prom-client 14 or 15, whose series are in an object by a text of their labels. The library does not note
 * changes, so every value is looked at. That is cheap where the entries are known. New and removed series show only when all
 * keys are listed: with many keys, not at each collection.
 */
import type { Sliced } from '../../../core/slicer';
import { Listing } from './listing';
import { MetricReader, STEP_SERIES, type Reading } from './metric-reader';
import type { Moment } from '../kinds/kinds';
import { UnknownShape, isHashMap, type HashMap, type ScalarEntry } from '../kinds/shapes';

/** Listing so many keys takes less than a slice. */
const FEW_KEYS = 2000;

export class HashMapReader extends MetricReader {
  private map: HashMap | undefined;
  private readonly listing = new Listing();
  private lists = true;

  get keys(): number {
    return this.list.ids.length;
  }

  begin({ isFinal, bound }: Reading): boolean {
    const isDue = this.listing.beginCollection(bound);
    this.lists = isFinal || isDue || this.metric.hashMap !== this.map;
    return this.lists && (this.map === undefined || this.keys > FEW_KEYS);
  }

  *read(reading: Reading): Sliced {
    const map = this.metric.hashMap;
    if (!isHashMap(map)) throw new UnknownShape('the metric has no hashMap any more');
    const isOther = map !== this.map;
    // All series of a metric that was reset begin anew. Gauges are often reset and set again for each collection.
    if (isOther && this.kindName !== 'gauge') this.list.clear();
    this.map = map;
    if (this.isPruned) {
      yield* this.prune(Object.values(map));
      this.lists = true;
    }
    if (this.lists) yield* this.listKeys(map, reading);
    if (this.kindName === 'gauge') yield* this.readGauges(map, reading);
    else yield* this.readAll(reading);
  }

  private *listKeys(map: HashMap, reading: Reading): Sliced {
    this.lists = false;
    const keys = Object.keys(map);
    yield;
    const maker = this.makerOf((key) => map[key as string], reading);
    const found = yield* this.list.settle(0, keys, maker);
    this.listing.note(found, reading.bound);
    if (this.kindName === 'gauge') return;
    // Nothing puts another entry in a counter's place: of those that were removed and have come again, the keys come last.
    if (this.kindName === 'counter' && !found) yield* this.lookUpLast(map, reading);
    else yield* this.lookUp(map, reading);
  }

  /** Finds entries that stand in the place of others: of series that were removed and have come again, or set to zero. */
  private *lookUp(map: HashMap, { start }: Reading): Sliced {
    for (let i = 0; i < this.list.ids.length; i++) {
      if (i % STEP_SERIES === 0) yield;
      this.lookUpOne(map, i, start);
    }
  }

  /** The same where only the last ones can be others. */
  private *lookUpLast(map: HashMap, { start }: Reading): Sliced {
    for (let i = this.list.ids.length - 1; i >= 0; i--) {
      if (i % STEP_SERIES === 0) yield;
      if (!this.lookUpOne(map, i, start)) return;
    }
  }

  /** @returns whether it is another entry */
  private lookUpOne(map: HashMap, index: number, start: Moment['start']): boolean {
    const { ids, entries, points, seen } = this.list;
    const entry = map[ids[index] as string];
    if (entry === undefined || Object.is(entry, entries[index])) return false;
    entries[index] = entry;
    points[index]!.startTime = start;
    this.list.hasOtherStarts = true;
    seen[index] = NaN;
    return true;
  }

  /** `set()` puts a new entry in the place of the old one, so each is looked up by its key. */
  private *readGauges(map: HashMap, reading: Reading): Sliced {
    let gone = 0;
    for (let from = 0; from < this.list.ids.length; from += STEP_SERIES) {
      gone += this.readGaugesFrom(map, from);
      yield;
    }
    if (gone === 0) return;
    const left = this.list.ids.filter((key) => map[key as string] !== undefined);
    yield;
    yield* this.list.settle(
      0,
      left,
      this.makerOf((key) => map[key as string], reading),
    );
  }

  /** @returns how many have gone */
  private readGaugesFrom(map: HashMap, from: number): number {
    const { ids, points, seen, changed, values } = this.list;
    const end = Math.min(from + STEP_SERIES, ids.length);
    let gone = 0;
    for (let i = from; i < end; i++) {
      const entry = map[ids[i] as string] as ScalarEntry | undefined;
      if (entry === undefined) {
        gone++;
        continue;
      }
      const { value } = entry;
      if (value === seen[i]) continue;
      points[i]!.value = seen[i] = Number(value);
      changed.push(i);
      values.push(Number(value));
    }
    return gone;
  }
}

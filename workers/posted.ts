/** Makes a plain snapshot of one that was posted: views of the same memory. */
import { Deserializer } from 'node:v8';
import { AGGREGATORS, type Descriptor, type Scope } from '../core/otel';
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
  PAGE_BASE,
  PAGE_FIELDS,
  PAGE_ID,
  PAGE_LAYOUT,
  PAGE_SIZE,
  PAGE_TEXT,
  PAGE_TEXT_LENGTH,
  PAGE_TEXT_OFFSET,
  type PostedContents,
  type PostedSnapshot,
} from '../protocol/posted';
import type { Family, FamilyExemplars, Layout, PlacedPage, ScopeFamilies, Snapshot } from '../core/snapshot';

export function readPosted({ contents, endTimes, exemplars, ...rest }: PostedSnapshot): Snapshot {
  return { ...rest, scopes: new ContentsReader(contents, endTimes, new Map(exemplars)).scopes() };
}

class ContentsReader {
  private readonly layouts: readonly Layout[];
  /** Families, pages and numbers of orders that have been read. */
  private families = 0;
  private pages = 0;
  private shortOrders = 0;
  private longOrders = 0;

  constructor(
    private readonly contents: PostedContents,
    private readonly endTimes: Float64Array,
    private readonly exemplars: ReadonlyMap<number, FamilyExemplars>,
  ) {
    this.layouts = readList(contents.layouts) as Layout[];
  }

  scopes(): ScopeFamilies[] {
    const scopes: ScopeFamilies[] = [];
    const heads = readList(this.contents.heads);
    for (let at = 0; at < heads.length;) {
      const [scope, length] = [heads[at++] as Scope, heads[at++] as number];
      scopes.push({ scope, families: Array.from({ length }, () => this.family(heads[at++] as Descriptor)) });
    }
    return scopes;
  }

  private family(descriptor: Descriptor): Family {
    const index = this.families++;
    const field = (at: number): number => this.contents.families[index * FAMILY_FIELDS + at] as number;
    const aggregator = AGGREGATORS[field(FAMILY_AGGREGATOR)];
    const exemplars = this.exemplars.get(index);
    return {
      descriptor,
      dataPointType: field(FAMILY_TYPE),
      aggregationTemporality: field(FAMILY_TEMPORALITY),
      isMonotonic: field(FAMILY_MONOTONIC) === NONE ? undefined : field(FAMILY_MONOTONIC) === 1,
      endTime: [this.endTimes[2 * index] as number, this.endTimes[2 * index + 1] as number],
      pages: Array.from({ length: field(FAMILY_PAGES) }, () => this.page()),
      order: this.order(field(FAMILY_ORDER)),
      ...(aggregator && { aggregator }),
      ...(exemplars && { exemplars }),
    };
  }

  private page(): PlacedPage {
    const row = PAGE_FIELDS * this.pages++;
    const field = (at: number): number => this.contents.pages[row + at] as number;
    const texts = this.contents.texts[field(PAGE_TEXT)] as ArrayBufferLike;
    const page = {
      id: field(PAGE_ID),
      layout: this.layouts[field(PAGE_LAYOUT)] as Layout,
      size: field(PAGE_SIZE),
      attributes: new Uint8Array(texts, field(PAGE_TEXT_OFFSET), field(PAGE_TEXT_LENGTH)),
    };
    return { page, base: field(PAGE_BASE) };
  }

  private order(length: number): Int32Array | undefined {
    if (length === NONE) return undefined;
    if (length >= LONG_ORDER) return this.contents.longOrders[this.longOrders++];
    const start = this.shortOrders;
    this.shortOrders += length;
    return this.contents.shortOrders.subarray(start, this.shortOrders);
  }
}

function readList(bytes: Uint8Array): unknown[] {
  const deserializer = new Deserializer(bytes);
  deserializer.readHeader();
  return Array.from({ length: deserializer.readValue() as number }, () => deserializer.readValue() as unknown);
}
